import { Failure } from '../errors.ts';
import type { ClickCounts } from './click-counts.ts';
import type { BotPolicy, Filter } from './range-counts.ts';
import type { Subject } from './subject.ts';
import type { Span, TimeRange } from './time-range.ts';
import { DAY_MS } from './time-zone.ts';

/** What somebody wants to know of their clicks. */
export type Question = {
  readonly subject: Subject;
  readonly range: TimeRange;
  readonly policy: BotPolicy;
  readonly filter: Filter | null;
};

export type AnalyticsDeps = { readonly counts: ClickCounts; readonly nowMs: () => number };

/** Hours have counters of their own for 100 days (`adapters/count-store.ts`); a day less than that can be relied on. */
const HOURS_KEPT_MS = 99 * DAY_MS;
/** As many hours as are read for one answer: 31 days, with one more where clocks are set back. */
const MAX_HOURS = 31 * 24 + 1;

const isKept = (hourMs: number, nowMs: number): boolean => hourMs > nowMs - HOURS_KEPT_MS;
export const areHoursKept = (hoursMs: readonly number[], nowMs: number): boolean =>
  hoursMs.every((hourMs) => isKept(hourMs, nowMs));

/** The range; an edge that lies in hours that are not kept any more moves out to that of its UTC day. */
export const keptRange = ({ startMs, endMs, timezone }: TimeRange, nowMs: number): TimeRange => ({
  startMs: isKept(startMs, nowMs) ? startMs : Math.floor(startMs / DAY_MS) * DAY_MS,
  endMs: isKept(endMs, nowMs) ? endMs : Math.ceil(endMs / DAY_MS) * DAY_MS,
  timezone,
});

/** Throws UNSUPPORTED_FILTER where the hours that a filtered answer needs are too many or too old. */
export function requireFewHours(hoursMs: readonly number[], nowMs: number): void {
  if (hoursMs.length <= MAX_HOURS && areHoursKept(hoursMs, nowMs)) return;
  throw unsupportedFilter(
    'With a filter, points that are not whole UTC days are answered for at most 31 of the last 99 days.',
  );
}

export const unsupportedFilter = (detail: string): Failure => new Failure('UNSUPPORTED_FILTER', {}, { detail });

/** RFC 3339, as the API writes instants. */
export const instant = (ms: number): string => new Date(ms).toISOString();

export const spanAnswer = ({ startMs, endMs }: Span) => ({ start: instant(startMs), end: instant(endMs) });
