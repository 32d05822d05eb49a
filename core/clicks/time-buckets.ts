import type { Span, TimeRange } from './time-range.ts';
import { dayOfHour, startOfHour } from './time-range.ts';
import type { Day } from './time-zone.ts';
import {
  addDays,
  DAY_MS,
  firstOfMonth,
  firstOfNextMonth,
  HOUR_MS,
  localTime,
  mondayOf,
  startOfDay,
} from './time-zone.ts';

export const GRANULARITIES = ['hour', 'day', 'week', 'month'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** One point of a time series. */
export type TimeBucket = Span & {
  /** What the place calls it: `2026-11-21T14:00`, `2026-11-21`, the Monday `2026-11-16` of a week, or `2026-11`. */
  readonly label: string;
};

type Calendar = Exclude<Granularity, 'hour'>;

const FIRST_DAY_OF: Readonly<Record<Calendar, (day: Day) => Day>> = {
  day: (day) => day,
  week: mondayOf,
  month: firstOfMonth,
};
const NEXT_AFTER: Readonly<Record<Calendar, (day: Day) => Day>> = {
  day: (day) => addDays(day, 1),
  week: (day) => addDays(day, 7),
  month: firstOfNextMonth,
};

/** Points that a series shows well: hours of two days, days of a quarter, months beyond. */
export function usualGranularity({ startMs, endMs }: Span): Granularity {
  const days = (endMs - startMs) / DAY_MS;
  return days <= 2 ? 'hour' : days <= 100 ? 'day' : 'month';
}

/** A range cut at its place's hours, days, weeks or months, without gap or overlap; the first and last may be cut short. */
export const timeBuckets = (range: TimeRange, granularity: Granularity): readonly TimeBucket[] =>
  granularity === 'hour' ? hoursOf(range) : calendarOf(range, granularity);

function hoursOf({ startMs, endMs, timezone }: TimeRange): readonly TimeBucket[] {
  return Array.from({ length: (endMs - startMs) / HOUR_MS }, (_, index) => {
    const hourMs = startMs + index * HOUR_MS;
    const { day, hour } = localTime(timezone, hourMs);
    return { startMs: hourMs, endMs: hourMs + HOUR_MS, label: `${day}T${String(hour).padStart(2, '0')}:00` };
  });
}

function calendarOf({ startMs, endMs, timezone }: TimeRange, granularity: Calendar): readonly TimeBucket[] {
  const buckets: TimeBucket[] = [];
  let reachedMs = startMs;
  let first = FIRST_DAY_OF[granularity](dayOfHour(timezone, startMs));
  while (reachedMs < endMs) {
    const next = NEXT_AFTER[granularity](first);
    const nextMs = Math.min(endMs, startOfHour(startOfDay(timezone, next)));
    const label = granularity === 'month' ? first.slice(0, 7) : first;
    // A day that the calendar left out takes no time.
    if (nextMs > reachedMs) buckets.push({ startMs: reachedMs, endMs: nextMs, label });
    reachedMs = Math.max(reachedMs, nextMs);
    first = next;
  }
  return buckets;
}
