import { createHash } from 'node:crypto';
import { dayOf } from '../core/clicks/counters.ts';
import type { TrackedEvent } from '../core/events/event.ts';
import { EVENT_LIFETIME_MS, kindOf } from '../core/events/event.ts';
import type { EventCounters } from '../core/events/event-counters.ts';
import type { EventProperties, EventType } from '../core/events/event-kinds.ts';
import { EVENT_TYPES } from '../core/events/event-kinds.ts';
import type { CountedDay } from '../core/events/event-store.ts';
import type { Item } from './items-of.ts';
import { eventCountsKey, eventCountsPrefix, eventKey } from './table.ts';

/**
 * A counter is this many items, so that events that come together seldom meet: DynamoDB cancels transactions that write the
 * same item at once.
 */
const PARTS = 8;

export const toEventItem = (event: TrackedEvent) => ({
  ...eventKey(event.workspaceId, event.id),
  type: event.type,
  domain: event.link?.domain ?? null,
  code: event.link?.code ?? null,
  // As it was said: a map of DynamoDB has no order, and its numbers end where those of JSON do not.
  properties_json: JSON.stringify(event.properties),
  occurred_at_ms: event.occurredAtMs,
  recorded_at_ms: event.recordedAtMs,
  content_sha256: event.contentSha256,
  ttl_s: Math.ceil((event.recordedAtMs + EVENT_LIFETIME_MS) / 1_000),
});

export const fromEventItem = (workspaceId: string, item: Item): TrackedEvent => ({
  workspaceId,
  id: String(item['sk']),
  type: typeOf(item['type']),
  link: typeof item['code'] === 'string' ? { domain: String(item['domain']), code: item['code'] } : null,
  properties: JSON.parse(String(item['properties_json'])) as EventProperties,
  occurredAtMs: Number(item['occurred_at_ms']),
  recordedAtMs: Number(item['recorded_at_ms']),
  contentSha256: String(item['content_sha256']),
});

export const isForgotten = ({ ttl_s }: Item, nowMs: number): boolean => Number(ttl_s) * 1_000 <= nowMs;

/** Where the event counts: of its workspace, and of its link. Of the day it happened, whenever it was told. */
export function countKeysOf(event: TrackedEvent) {
  const { type, name } = kindOf(event);
  const part = (createHash('sha256').update(event.id).digest()[0] ?? 0) % PARTS;
  const rest = { day: dayOf(event.occurredAtMs), kind: `${type}#${name ?? ''}`, part };
  const ofWorkspace = eventCountsKey(event.workspaceId, { ...rest, link: null });
  return { ofWorkspace, ofLink: event.link && eventCountsKey(event.workspaceId, { ...rest, link: event.link }) };
}

export function fromCountItem(link: TrackedEvent['link'], { pk: _pk, sk, ...counters }: Item): CountedDay {
  const [day = '', type, name = ''] = String(sk).slice(eventCountsPrefix(link).length).split('#');
  return { day, type: typeOf(type), name: name === '' ? null : name, counters: counters as EventCounters };
}

function typeOf(text: unknown): EventType {
  const found = EVENT_TYPES.find((type) => type === text);
  if (found === undefined) throw new Error(`An event of the unknown type ${String(text)} is stored.`);
  return found;
}
