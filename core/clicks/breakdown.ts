import type { AnalyticsDeps, Question } from './question.ts';
import { keptRange, requireFewHours, unsupportedFilter } from './question.ts';
import { clicksOf, countIn, readRange, valuesIn } from './range-counts.ts';
import type { ValueCount } from './ranked-values.ts';
import { comesBefore, ranked } from './ranked-values.ts';
import type { Dimension } from './row.ts';
import { partsOf, withOpenEnd } from './span-parts.ts';
import type { TimeRange } from './time-range.ts';

export type Breakdown = {
  /** What was counted: the question's range, unless its hours are not kept any more. */
  readonly range: TimeRange;
  /** All clicks of the range, those without a value too. */
  readonly clicks: number;
  readonly values: readonly ValueCount[];
  /** The last value, where there are more. */
  readonly last: ValueCount | null;
};

export type BreakdownPage = {
  readonly by: Dimension;
  readonly limit: number;
  /** The value that the page before ended with. */
  readonly after: ValueCount | null;
};

/** Values of one dimension, most clicks first. Throws UNSUPPORTED_FILTER. */
export async function breakdown(
  { counts, nowMs }: AnalyticsDeps,
  { subject, range: asked, policy, filter }: Question,
  { by, limit, after }: BreakdownPage,
): Promise<Breakdown> {
  if (filter !== null && filter.dimension !== by) {
    throw unsupportedFilter('A breakdown can be filtered by its own dimension only.');
  }
  const range = keptRange(asked, nowMs());
  const parts = partsOf(withOpenEnd(range, nowMs()));
  if (filter !== null) requireFewHours(parts.hoursMs, nowMs());
  const read = await readRange(counts, subject, range, parts.hoursMs);
  const all = ranked(valuesIn(read, parts, policy).get(by)).filter(
    ({ value }) => filter === null || filter.value === value,
  );
  const rest = after === null ? all : all.filter((value) => comesBefore(after, value));
  const values = rest.slice(0, limit);
  return {
    range,
    clicks: clicksOf(countIn(read, parts, filter), policy),
    values,
    last: rest.length > limit ? (values.at(-1) ?? null) : null,
  };
}
