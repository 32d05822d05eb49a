import type { Day } from '../clicks/time-zone.ts';
import type { EventKind, TrackedEvent } from './event.ts';
import type { EventCounters } from './event-counters.ts';
import { added } from './event-counters.ts';
import type { EventType } from './event-kinds.ts';
import type { EventStore } from './event-store.ts';

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

/** The kinds that were tracked in a range of UTC days, most events first. */
export async function countEvents(
  events: Pick<EventStore, 'read'>,
  { workspaceId, link, type, first, last }: EventQuestion,
): Promise<readonly CountedKind[]> {
  const days = await events.read(workspaceId, link, { first, last });
  const asked = type === null ? days : days.filter((day) => day.type === type);
  const byKind = Map.groupBy(asked, ({ type: of, name }) => `${of}/${name ?? ''}`);
  const kinds = [...byKind.values()].flatMap((parts) => {
    const [one] = parts;
    if (one === undefined) return [];
    const byDay = Map.groupBy(parts, ({ day }) => day);
    const counted = [...byDay]
      .map(([day, ofDay]) => ({ day, counters: sum(ofDay) }))
      .sort((a, b) => (a.day < b.day ? -1 : 1));
    return [{ type: one.type, name: one.name, counters: sum(parts), days: counted }];
  });
  return kinds.sort((a, b) => (b.counters['events'] ?? 0) - (a.counters['events'] ?? 0));
}

const sum = (parts: readonly { readonly counters: EventCounters }[]): EventCounters =>
  parts.reduce<EventCounters>((sums, { counters }) => added(sums, counters), {});
