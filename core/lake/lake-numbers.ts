import type { Breakdown, BreakdownPage } from '../clicks/breakdown.ts';
import type { Question } from '../clicks/question.ts';
import { instant } from '../clicks/question.ts';
import type { Counted, Filter } from '../clicks/range-counts.ts';
import type { ValueCount } from '../clicks/ranked-values.ts';
import type { Dimension } from '../clicks/row.ts';
import { DIMENSIONS } from '../clicks/row.ts';
import type { Previous, Summary, Totals } from '../clicks/summary.ts';
import { changeOf, TOP_VALUES } from '../clicks/summary.ts';
import type { Granularity, TimeBucket } from '../clicks/time-buckets.ts';
import { timeBuckets, usualGranularity } from '../clicks/time-buckets.ts';
import type { TimeRange } from '../clicks/time-range.ts';
import { previousRange } from '../clicks/time-range.ts';
import type { SeriesPoint, TimeSeries } from '../clicks/timeseries.ts';
import { requireFewPoints } from '../clicks/timeseries.ts';
import { askLake, type LakeDeps } from './ask-lake.ts';
import type { ClicksAsked } from './clicks-between.ts';
import type { NumbersWanted } from './filtered-clicks.ts';
import { ALL, filteredClicks, PERIOD } from './filtered-clicks.ts';
import type { LakeRow } from './lake-queries.ts';

/** A question with any number of filters. A click is in where it has all of their values. */
export type FilteredQuestion = Omit<Question, 'filter'> & {
  readonly workspaceId: string;
  readonly filters: readonly Filter[];
};

const NOTHING_ELSE = { series: null, lists: [], maxValues: 0, after: null } as const;

/** What `core/clicks/summary.ts` says, of clicks themselves: all of it is known. One query, and one for the range before. */
export async function lakeSummary(
  deps: LakeDeps,
  question: FilteredQuestion,
  options: { readonly compare: boolean },
): Promise<Summary> {
  const { range } = question;
  const granularity = usualGranularity(range);
  const series = { granularity, timezone: range.timezone };
  const [rows, before] = await Promise.all([
    askFor(deps, question, { series, lists: DIMENSIONS, maxValues: TOP_VALUES, after: null }),
    options.compare ? askFor(deps, { ...question, range: previousRange(range) }, NOTHING_ELSE) : null,
  ]);
  const totals = totalsIn(rows);
  const top = Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, valuesIn(rows, dimension)]));
  return {
    range,
    totals,
    granularity,
    series: pointsIn(rows, timeBuckets(range, granularity), granularity),
    top,
    previous: before && previousOf(previousRange(range), totalsIn(before), totals),
  };
}

const previousOf = (range: TimeRange, totals: Totals, now: Totals): Previous => ({
  range,
  totals,
  change: changeOf(now, totals),
});

/** As `timeSeries`. Throws VALIDATION_FAILED too. */
export async function lakeTimeSeries(
  deps: LakeDeps,
  question: FilteredQuestion,
  granularity: Granularity,
): Promise<TimeSeries> {
  const { range } = question;
  requireFewPoints(range, granularity);
  const series = { granularity, timezone: range.timezone };
  const rows = await askFor(deps, question, { ...NOTHING_ELSE, series });
  const { people, bots } = totalsIn(rows);
  const total: Counted = { all: people + bots, bots };
  return { total, series: pointsIn(rows, timeBuckets(range, granularity), granularity) };
}

/** As `breakdown`, by whatever dimension. */
export async function lakeBreakdown(
  deps: LakeDeps,
  question: FilteredQuestion,
  { by, limit, after }: BreakdownPage,
): Promise<Breakdown> {
  const rows = await askFor(deps, question, { series: null, lists: [by], maxValues: limit + 1, after });
  const found = valuesIn(rows, by);
  const values = found.slice(0, limit);
  return {
    range: question.range,
    clicks: totalsIn(rows).clicks,
    values,
    last: found.length > limit ? (values.at(-1) ?? null) : null,
  };
}

const askFor = (deps: LakeDeps, question: FilteredQuestion, wanted: Omit<NumbersWanted, 'policy'>) =>
  askLake(deps, filteredClicks(clicksAskedBy(question), { ...wanted, policy: question.policy }));

const clicksAskedBy = ({ workspaceId, subject, range, filters }: FilteredQuestion): ClicksAsked => ({
  span: range,
  workspaceId,
  link: subject.kind === 'link' ? subject : null,
  tag: subject.kind === 'tag' ? subject.tag : null,
  filters: Object.fromEntries(filters.map(({ dimension, value }) => [dimension, value])),
});

const numberIn = (row: LakeRow | undefined, column: keyof Totals): number => Number(row?.[column] ?? 0);

function totalsIn(rows: readonly LakeRow[]) {
  const all = rows.find(({ dimension }) => dimension === ALL);
  return {
    clicks: numberIn(all, 'clicks'),
    scans: numberIn(all, 'scans'),
    people: numberIn(all, 'people'),
    bots: numberIn(all, 'bots'),
    unique_visitors: numberIn(all, 'unique_visitors'),
  };
}

const valuesIn = (rows: readonly LakeRow[], by: Dimension): readonly ValueCount[] =>
  rows
    .filter(({ dimension }) => dimension === by)
    .map((row) => ({ value: row['value'] ?? '', clicks: numberIn(row, 'clicks') }));

function pointsIn(
  rows: readonly LakeRow[],
  buckets: readonly TimeBucket[],
  granularity: Granularity,
): readonly SeriesPoint[] {
  const periods = new Map(
    rows.filter(({ dimension }) => dimension === PERIOD).map((row) => [row['value'], row] as const),
  );
  return buckets.map(({ startMs, label }) => {
    const row = periods.get(granularity === 'hour' ? hourName(startMs) : `${firstDayIn(label)} 00`);
    return { start: instant(startMs), label, clicks: numberIn(row, 'clicks'), bots: numberIn(row, 'bots') };
  });
}

/** `2026-11-21 14`, in UTC. */
const hourName = (ms: number): string => instant(ms).slice(0, 13).replace('T', ' ');
/** Of a month, `2026-11`, the first. */
const firstDayIn = (label: string): string => (label.length === 7 ? `${label}-01` : label);
