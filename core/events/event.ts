import { createHash } from 'node:crypto';
import { DAY_MS } from '../clicks/time-zone.ts';
import type { EventProperties, EventType } from './event-kinds.ts';

/** Something that happened at a customer's, told once by an id of theirs. */
export type TrackedEvent = {
  readonly workspaceId: string;
  /** The customer's own; within the workspace it stands for this event alone. */
  readonly id: string;
  readonly type: EventType;
  /** The link it goes back to; null where there is none. */
  readonly link: { readonly domain: string; readonly code: string } | null;
  readonly properties: EventProperties;
  readonly occurredAtMs: number;
  readonly recordedAtMs: number;
  /** Of what the customer said of it: a repeat says the same. */
  readonly contentSha256: string;
};

/** How long its id is remembered; its counts stay. */
export const EVENT_LIFETIME_MS = 90 * DAY_MS;

/** What is counted under a name of its own: a type, and of `custom` events each name. */
export type EventKind = { readonly type: EventType; readonly name: string | null };

export const kindOf = ({ type, properties }: Pick<TrackedEvent, 'type' | 'properties'>): EventKind => ({
  type,
  name: type === 'custom' ? String(properties['name']) : null,
});

/** The hash of what was said, in whatever order its members came. */
export const contentHash = (said: Readonly<Record<string, unknown>>): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(said)))
    .digest('base64url');

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]);
}
