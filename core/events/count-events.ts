import type { Day } from '../clicks/time-zone.ts';
import { Failure } from '../errors.ts';
import type { EventKind, TrackedEvent } from './event.ts';
import type { EventCounters } from './event-counters.ts';
import { added } from './event-counters.ts';
import type { EventType } from './event-kinds.ts';
import type { CountedDay, EventStore } from './event-store.ts';

/** A kind in a range: all of it, and day by day; days without an event are not among them. */
export type CountedKind = EventKind & {
  readonly counters: EventCounters;
  readonly days: readonly { readonly day: Day; readonly counters: EventCounters }[];
};

export type EventQuestion = {
  readonly workspaceId: string;
  readonly link: TrackedEvent['link'];
  /** Null for all. */
  readonly type: EventType | null;
  readonly first: Day;
  readonly last: Day;
};

type OpenKind = EventKind & { readonly days: Map<Day, EventCounters> };

/** Days of all kinds together: Lambda answers with 6 MB, and names of custom events are as many as customers like. */
const MAX_DAYS = 20_000;
/** Parts of days, those of other types among them: as many as are read while somebody waits. */
const MAX_PARTS = 200_000;

/** The kinds that were tracked in a range of UTC days, most events first. Throws QUESTION_TOO_LARGE. */
export async function countEvents(
  events: Pick<EventStore, 'read'>,
  { workspaceId, link, type, first, last }: EventQuestion,
): Promise<readonly CountedKind[]> {
  const kinds = new Map<string, OpenKind>();
  let [parts, days] = [0, 0];
  for await (const part of events.read(workspaceId, link, { first, last })) {
    parts += 1;
    if (type === null || part.type === type) days += addTo(kinds, part);
    if (parts > MAX_PARTS || days > MAX_DAYS) throw tooLarge();
  }
  return [...kinds.values()].map(counted).sort((a, b) => (b.counters['events'] ?? 0) - (a.counters['events'] ?? 0));
}

/** Answers by how many days there are more. */
function addTo(kinds: Map<string, OpenKind>, { type, name, day, counters }: CountedDay): 0 | 1 {
  const key = `${type}/${name ?? ''}`;
  const kind = kinds.get(key) ?? { type, name, days: new Map<Day, EventCounters>() };
  kinds.set(key, kind);
  const before = kind.days.get(day);
  kind.days.set(day, added(before ?? {}, counters));
  return before === undefined ? 1 : 0;
}

function counted({ type, name, days }: OpenKind): CountedKind {
  const inOrder = [...days].map(([day, counters]) => ({ day, counters })).sort((a, b) => (a.day < b.day ? -1 : 1));
  const counters = inOrder.reduce<EventCounters>((sums, day) => added(sums, day.counters), {});
  return { type, name, counters, days: inOrder };
}

function tooLarge(): Failure {
  const detail = 'Events of so many names and days are more than one answer holds; ask for fewer days or one type.';
  return new Failure('QUESTION_TOO_LARGE', {}, { detail });
}
