import type { AnalyticsDeps, Question } from './question.ts';
import { areHoursKept, keptRange, requireFewHours } from './question.ts';
import type { Counted, RangeCounts } from './range-counts.ts';
import { clicksOf, countIn, readRange, valuesIn, visitorsIn } from './range-counts.ts';
import type { ValueCount } from './ranked-values.ts';
import { ranked } from './ranked-values.ts';
import type { Dimension } from './row.ts';
import { DIMENSIONS } from './row.ts';
import type { SpanParts } from './span-parts.ts';
import { partsOf, withOpenEnd } from './span-parts.ts';
import type { Granularity } from './time-buckets.ts';
import { timeBuckets, usualGranularity } from './time-buckets.ts';
import type { TimeRange } from './time-range.ts';
import { previousRange } from './time-range.ts';
import type { SeriesPoint } from './timeseries.ts';
import { hoursOfSeries, seriesIn } from './timeseries.ts';

/** Null is what the counters cannot tell: of a filtered question, and scans of hours that are not kept any more. */
export type Totals = {
  /** As the question wants them: people, or people and bots. */
  readonly clicks: number;
  /** Those of them that scanned a QR code. */
  readonly scans: number | null;
  readonly people: number;
  readonly bots: number;
  readonly unique_visitors: number | null;
};

/** How each number has changed, 0.5 for half as much again; null where there was nothing before. */
export type Change = { readonly [Name in keyof Totals]: number | null };

export type Previous = { readonly range: TimeRange; readonly totals: Totals; readonly change: Change };

export type TopLists = { readonly [D in Dimension]?: readonly ValueCount[] };

export type Summary = {
  /** What was counted: the question's range, unless its hours are not kept any more. */
  readonly range: TimeRange;
  readonly totals: Totals;
  readonly granularity: Granularity;
  readonly series: readonly SeriesPoint[];
  readonly top: TopLists;
  readonly previous: Previous | null;
};

export const TOP_VALUES = 10;
const SCANS = { dimension: 'source', value: 'scan' } as const;

/** Everything a dashboard opens with. One Query where the range begins with a UTC day. Throws UNSUPPORTED_FILTER. */
export async function summary(deps: AnalyticsDeps, asked: Question, options: { compare: boolean }): Promise<Summary> {
  const question = { ...asked, range: keptRange(asked.range, deps.nowMs()) };
  const [current, before] = await Promise.all([
    currentOf(deps, question),
    options.compare ? totalsBefore(deps, question) : null,
  ]);
  const previous = before === null ? null : { ...before, change: changeOf(current.totals, before.totals) };
  return { range: question.range, ...current, previous };
}

async function currentOf({ counts, nowMs }: AnalyticsDeps, question: Question) {
  const { subject, range, filter, policy } = question;
  const granularity = usualGranularity(range);
  const buckets = timeBuckets(range, granularity);
  const parts = partsOf(withOpenEnd(range, nowMs()));
  const hoursMs = [...parts.hoursMs, ...hoursOfSeries(question, buckets, nowMs())];
  const read = await readRange(counts, subject, range, hoursMs);
  const { total, series } = seriesIn(read, question, buckets, nowMs());
  const totals = filter === null ? totalsOf(read, question, parts, total, true) : filteredTotals(total, question);
  return { totals, granularity, series, top: topLists(valuesIn(read, parts, policy), question) };
}

/** Only totals are compared, and all but the scans can be had without the counters of hours. */
async function totalsBefore({ counts, nowMs }: AnalyticsDeps, question: Question) {
  const { subject, filter } = question;
  const range = previousRange(question.range);
  const parts = partsOf(range);
  if (filter !== null) requireFewHours(parts.hoursMs, nowMs());
  const areKept = areHoursKept(parts.hoursMs, nowMs());
  const read = await readRange(counts, subject, range, areKept ? parts.hoursMs : []);
  const total = countIn(read, parts, filter);
  const totals = filter === null ? totalsOf(read, question, parts, total, areKept) : filteredTotals(total, question);
  return { range, totals };
}

const totalsOf = (
  read: RangeCounts,
  { policy }: Question,
  parts: SpanParts,
  total: Counted,
  areHoursRead: boolean,
): Totals => ({
  clicks: clicksOf(total, policy),
  scans: areHoursRead ? clicksOf(countIn(read, parts, SCANS), policy) : null,
  people: clicksOf(total, 'exclude'),
  bots: total.bots,
  unique_visitors: visitorsIn(read, parts),
});

const filteredTotals = (total: Counted, { policy }: Question): Totals => ({
  clicks: clicksOf(total, policy),
  scans: null,
  people: clicksOf(total, 'exclude'),
  bots: total.bots,
  unique_visitors: null,
});

/** Of a filtered question only the filter's own value is known. */
const topLists = (values: ReturnType<typeof valuesIn>, { filter }: Question): TopLists =>
  Object.fromEntries(
    DIMENSIONS.filter((dimension) => filter === null || filter.dimension === dimension).map((dimension) => [
      dimension,
      ranked(values.get(dimension))
        .filter(({ value }) => filter === null || filter.value === value)
        .slice(0, TOP_VALUES),
    ]),
  );

export function changeOf(now: Totals, before: Totals): Change {
  const change = (name: keyof Totals): number | null => {
    const [value, past] = [now[name], before[name]];
    return value === null || past === null || past === 0 ? null : Math.round((value / past - 1) * 10_000) / 10_000;
  };
  return {
    clicks: change('clicks'),
    scans: change('scans'),
    people: change('people'),
    bots: change('bots'),
    unique_visitors: change('unique_visitors'),
  };
}
