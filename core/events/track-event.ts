import { HOUR_MS } from '../clicks/time-zone.ts';
import { Failure, validationFailed } from '../errors.ts';
import { ownLink } from '../links/change-link.ts';
import type { LinkStore } from '../links/link-store.ts';
import type { TrackedEvent } from './event.ts';
import { contentHash } from './event.ts';
import type { EventProperties, EventType } from './event-kinds.ts';
import type { EventStore } from './event-store.ts';

export type TrackDeps = {
  readonly events: EventStore;
  readonly links: Pick<LinkStore, 'find'>;
  readonly domain: string;
  readonly nowMs: () => number;
};

/** As it was said; what was not said is undefined. */
export type EventRequest = {
  readonly id: string;
  readonly type: EventType;
  readonly code: string | undefined;
  readonly properties: EventProperties;
  readonly occurredAtMs: number | undefined;
};

const MAX_AGE_MS = 24 * HOUR_MS;
/** Clocks differ; what is said to come later than this has not happened. */
const MAX_AHEAD_MS = 60_000;

/**
 * Keeps and counts an event, exactly once however often it is told. Answers what is kept. Throws IDEMPOTENCY_MISMATCH where
 * the id stands for another event, URL_NOT_FOUND or VALIDATION_FAILED.
 */
export async function trackEvent(deps: TrackDeps, workspaceId: string, request: EventRequest): Promise<TrackedEvent> {
  const { id, type, code, properties, occurredAtMs } = request;
  const contentSha256 = contentHash({ type, code, properties, occurredAtMs });
  const nowMs = deps.nowMs();
  const known = await deps.events.find(workspaceId, id, nowMs);
  if (known !== null) return sameAs(known, contentSha256);
  if (occurredAtMs !== undefined) checkTime(occurredAtMs, nowMs);
  const link = code === undefined ? null : await ownLink({ store: deps.links, rules: deps }, workspaceId, code);
  const event: TrackedEvent = {
    workspaceId,
    id,
    type,
    link: link === null ? null : { domain: link.domain, code: link.code },
    properties,
    occurredAtMs: occurredAtMs ?? nowMs,
    recordedAtMs: nowMs,
    contentSha256,
  };
  const inTheWay = await deps.events.record(event);
  return inTheWay === null ? event : sameAs(inTheWay, contentSha256);
}

function sameAs(known: TrackedEvent, contentSha256: string): TrackedEvent {
  if (known.contentSha256 === contentSha256) return known;
  throw new Failure(
    'IDEMPOTENCY_MISMATCH',
    {},
    { detail: 'This event_id was used before for an event that said else.' },
  );
}

function checkTime(occurredAtMs: number, nowMs: number): void {
  const refused = (code: string, message: string) => validationFailed([{ path: 'occurred_at', code, message }]);
  if (occurredAtMs > nowMs + MAX_AHEAD_MS) throw refused('in_future', 'Must not be in the future.');
  if (occurredAtMs < nowMs - MAX_AGE_MS) throw refused('too_old', 'Must not be more than 24 hours ago.');
}
