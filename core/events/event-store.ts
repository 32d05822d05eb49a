import type { Day } from '../clicks/time-zone.ts';
import type { EventKind, TrackedEvent } from './event.ts';
import type { EventCounters } from './event-counters.ts';

/** What was counted of a kind on a day of UTC. */
export type CountedDay = EventKind & { readonly day: Day; readonly counters: EventCounters };

export type EventStore = {
  /** Null where no event of the workspace has the id, or its lifetime is over. */
  find(workspaceId: string, eventId: string, nowMs: number): Promise<TrackedEvent | null>;
  /** Keeps the event and counts it, both or neither. Answers null, or the event that has the id already. */
  record(event: TrackedEvent): Promise<TrackedEvent | null>;
  /** Of a workspace, or of one link of it; days from the first to the last, both in. A day may come in several parts. */
  read(
    workspaceId: string,
    link: TrackedEvent['link'],
    days: { readonly first: Day; readonly last: Day },
  ): AsyncIterable<CountedDay>;
};
