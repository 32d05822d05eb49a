import { validationFailed } from '../errors.ts';
import type { AnalyticsDeps, Question } from './question.ts';
import { instant, requireFewHours } from './question.ts';
import type { Counted, RangeCounts } from './range-counts.ts';
import { clicksOf, countIn, readRange } from './range-counts.ts';
import { partsOf, withOpenEnd } from './span-parts.ts';
import type { Granularity, TimeBucket } from './time-buckets.ts';
import { timeBuckets } from './time-buckets.ts';
import type { Span } from './time-range.ts';
import { HOUR_MS } from './time-zone.ts';

export type SeriesPoint = {
  /** RFC 3339. */
  readonly start: string;
  readonly label: string;
  readonly clicks: number;
  readonly bots: number;
};

export type TimeSeries = { readonly total: Counted; readonly series: readonly SeriesPoint[] };

const MAX_HOUR_POINTS = 100 * 24;

/** Clicks by hour, day, week or month of the question's time zone, with zeros where there were none. Throws UNSUPPORTED_FILTER or VALIDATION_FAILED. */
export async function timeSeries(
  { counts, nowMs }: AnalyticsDeps,
  question: Question,
  granularity: Granularity,
): Promise<TimeSeries> {
  requireFewPoints(question.range, granularity);
  const buckets = timeBuckets(question.range, granularity);
  const hoursMs = hoursOfSeries(question, buckets, nowMs());
  const read = await readRange(counts, question.subject, question.range, hoursMs);
  return seriesIn(read, question, buckets, nowMs());
}

/** Throws VALIDATION_FAILED. */
export function requireFewPoints({ startMs, endMs }: Span, granularity: Granularity): void {
  if (granularity !== 'hour' || endMs - startMs <= MAX_HOUR_POINTS * HOUR_MS) return;
  throw validationFailed([
    { path: 'granularity', code: 'too_many_points', message: 'Hours are answered for at most 100 days.' },
  ]);
}

/** The hours whose own counters a series needs: days know the total of each of their hours, but of no value. */
export function hoursOfSeries({ filter }: Question, buckets: readonly TimeBucket[], nowMs: number): readonly number[] {
  if (filter === null) return [];
  const hoursMs = buckets.flatMap((bucket) => partsOf(withOpenEnd(bucket, nowMs)).hoursMs);
  requireFewHours(hoursMs, nowMs);
  return hoursMs;
}

export function seriesIn(
  read: RangeCounts,
  { filter, policy }: Question,
  buckets: readonly TimeBucket[],
  nowMs: number,
): TimeSeries {
  const total = { all: 0, bots: 0 };
  const series = buckets.map((bucket) => {
    const counted = countIn(read, partsOf(withOpenEnd(bucket, nowMs)), filter);
    total.all += counted.all;
    total.bots += counted.bots;
    return {
      start: instant(bucket.startMs),
      label: bucket.label,
      clicks: clicksOf(counted, policy),
      bots: counted.bots,
    };
  });
  return { total, series };
}
