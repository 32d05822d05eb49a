import { MAX_VALUE_LENGTH } from '../clicks/counters.ts';
import type { BotPolicy } from '../clicks/range-counts.ts';
import type { ValueCount } from '../clicks/ranked-values.ts';
import type { Dimension } from '../clicks/row.ts';
import type { Granularity } from '../clicks/time-buckets.ts';
import { countsOfClicks, measuredClicks } from './click-measures.ts';
import type { ClicksAsked } from './clicks-between.ts';
import { localTime } from './local-time.ts';
import type { Sql } from './sql.ts';
import { joined, name, quoted, sql, whole } from './sql.ts';

/** Everything that is wanted to be known of some clicks at once. */
export type NumbersWanted = {
  readonly policy: BotPolicy;
  /** Points by the clocks of a place (hours are those of UTC); null for none. */
  readonly series: { readonly granularity: Granularity; readonly timezone: string } | null;
  /** Dimensions whose values are listed, most clicks first, equal ones by name. */
  readonly lists: readonly Dimension[];
  readonly maxValues: number;
  /** Of one list, the value behind which it goes on. */
  readonly after: ValueCount | null;
};

/** What the rows are about, beside dimensions: all of the clicks, and the points of the series. */
export const ALL = 'all';
export const PERIOD = 'period';

/**
 * One look at the clicks: `dimension`, `value`, `clicks`, `scans`, `people`, `bots`, `unique_visitors`. The row of `all` has the
 * totals; those of `period` have `2026-11-21 14` as their value, where there were any. Values are cut as counters cut them.
 * Visitors count once each UTC day; only the totals' number of them means anything. (`coalesce` wants two of something.)
 */
export function filteredClicks(asked: ClicksAsked, wanted: NumbersWanted): Sql {
  const { series, lists, maxValues, after } = wanted;
  const groups = [...(series === null ? [] : [PERIOD]), ...lists].map(name);
  const whens = groups.map((group) => sql`WHEN ${group} IS NOT NULL THEN ${quoted(group.text)}`);
  const dimension = groups.length === 0 ? quoted(ALL) : sql`CASE ${joined(whens, sql` `)} ELSE ${quoted(ALL)} END`;
  const sets = [sql`()`, ...groups.map((group) => sql`(${group})`)];
  const isListed = after === null ? sql`value <> '' AND clicks > 0` : behind(after);
  const isNoList = sql`dimension IN (${quoted(ALL)}, ${quoted(PERIOD)})`;
  const columns = sql`dimension, value, clicks, scans, people, bots, unique_visitors`;
  return sql`SELECT ${columns} FROM (
SELECT ${columns}, row_number() OVER (PARTITION BY dimension ORDER BY clicks DESC, value) AS place FROM (
SELECT ${dimension} AS dimension, coalesce(${joined([...groups, quoted('')], sql`, `)}, '') AS value,
  ${countsOfClicks(wanted.policy)},
  count(*) FILTER (WHERE NOT bot AND visitor <> '' AND visit_of_day = 1) AS unique_visitors
FROM ${preparedClicks(asked, wanted)}
GROUP BY GROUPING SETS (${joined(sets, sql`, `)}))
WHERE ${isNoList} OR (${isListed}))
WHERE ${isNoList} OR place <= ${whole(maxValues)}
ORDER BY dimension, place`;
}

const behind = ({ value, clicks }: ValueCount): Sql =>
  sql`value <> '' AND clicks > 0 AND (clicks < ${whole(clicks)} OR (clicks = ${whole(clicks)} AND value > ${quoted(value)}))`;

/** One row per click, with its period and no value that is null: groups without a dimension are told by that. */
function preparedClicks(asked: ClicksAsked, { series, lists }: NumbersWanted): Sql {
  const values = [...new Set<Dimension>(['source', ...lists])].map(
    (column) => sql`coalesce(substr(${name(column)}, 1, ${whole(MAX_VALUE_LENGTH)}), '') AS ${name(column)}`,
  );
  const periods = series === null ? [] : [sql`${periodOf(asked, series)} AS ${name(PERIOD)}`];
  return sql`(SELECT bot, visitor, ${joined([...values, ...periods], sql`, `)},
  row_number() OVER (PARTITION BY visitor, bot, date_trunc('day', clicked_at) ORDER BY id) AS visit_of_day
FROM ${measuredClicks(asked, ['at_ms', ...lists])})`;
}

/** The two engines write seconds differently, and only hours are wanted. */
function periodOf({ span }: ClicksAsked, { granularity, timezone }: NonNullable<NumbersWanted['series']>): Sql {
  const at = granularity === 'hour' ? sql`clicked_at` : localTime({ ...span, timezone });
  return sql`substr(CAST(date_trunc(${quoted(granularity)}, ${at}) AS varchar), 1, 13)`;
}
