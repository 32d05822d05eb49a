import type { ClickCounts } from '../clicks/click-counts.ts';
import { dayOf, hourOf } from '../clicks/counters.ts';
import type { Dimension } from '../clicks/row.ts';
import type { Span } from '../clicks/time-range.ts';
import { startOfHour } from '../clicks/time-range.ts';
import { DAY_MS, HOUR_MS } from '../clicks/time-zone.ts';
import type { LakeQueries } from './lake-queries.ts';

/** What workspaces have counted, beside their counters. */
export type CountedClicks = {
  /** Clicks that all workspaces together counted in each hour (`2026-11-21T14`), as their ids are remembered: 40 days. */
  byHour(span: Span): Promise<ReadonlyMap<string, number>>;
  /** The workspaces that ever counted one. Reads an item for each link that was visited. */
  workspaces(): Promise<ReadonlySet<string>>;
  /** Of an erased workspace the counters are gone, and the rows for some hours not. */
  isErased(workspaceId: string): Promise<boolean>;
};

export type ReconcileDeps = {
  readonly lake: LakeQueries;
  readonly counts: ClickCounts;
  readonly counted: CountedClicks;
  readonly nowMs: () => number;
};

/** Where lake and counters are not the same. Never a value: visitors choose some of them. */
export type Difference = {
  readonly workspaceId: string;
  /** `2026-11-21T14`, or a day. */
  readonly start: string;
  readonly of: 'people' | 'bots' | 'rolled up people' | 'rolled up bots' | Dimension;
  /** Clicks. */
  readonly apart: number;
};

export type Comparison = {
  readonly workspaces: number;
  /** Different clicks of the lake. */
  readonly clicks: number;
  readonly differences: readonly Difference[];
};

/** Firehose has written the clicks of an hour by then, however long it fills its files. */
const SETTLED_AFTER_MS = 30 * 60_000;
/** The longest way of a click to the lake, and some more. */
const LATE_MS = DAY_MS + 2 * HOUR_MS;
/** Of UTC. Twice, so that a run may fail, and an alarm is sure. */
const HOURS_OF_DAY_CHECK = [2, 3];

/** Hours that both lake and counters must know by now, those among them in which late clicks may have come. */
export function settledHours({ nowMs, countedThroughMs }: { nowMs: number; countedThroughMs: number }): Span {
  const endMs = startOfHour(Math.min(nowMs - SETTLED_AFTER_MS, countedThroughMs));
  return { startMs: endMs - LATE_MS, endMs };
}

/** The UTC day that is to be compared whole in this hour, once no late click can come any more; null in most hours. */
export const settledDay = (nowMs: number): string | null =>
  HOURS_OF_DAY_CHECK.includes(new Date(nowMs).getUTCHours()) ? dayOf(nowMs - LATE_MS - DAY_MS) : null;

/** `2026-11-21T14` of each hour. */
export const hoursIn = ({ startMs, endMs }: Span): readonly string[] =>
  Array.from({ length: (endMs - startMs) / HOUR_MS }, (_, index) => hourOf(startMs + index * HOUR_MS));

const WORKSPACES_AT_ONCE = 16;

/** Does it for each workspace, some at a time, and joins what was found. Erased workspaces have no differences. */
export async function forEachWorkspace(
  { counted }: Pick<ReconcileDeps, 'counted'>,
  workspaceIds: Iterable<string>,
  compare: (workspaceId: string) => Promise<readonly Difference[]>,
): Promise<readonly Difference[]> {
  const ids = [...workspaceIds];
  const found: Difference[] = [];
  for (let index = 0; index < ids.length; index += WORKSPACES_AT_ONCE) {
    const some = ids.slice(index, index + WORKSPACES_AT_ONCE).map(async (id) => {
      const differences = await compare(id);
      return differences.length > 0 && (await counted.isErased(id)) ? [] : differences;
    });
    found.push(...(await Promise.all(some)).flat());
  }
  return found;
}
