import type { CLICK_COLUMNS } from '../clicks/row.ts';
import type { ClicksAsked } from './clicks-between.ts';
import { clicksBetween } from './clicks-between.ts';
import { lakeNameOf } from './clicks-table.ts';
import type { Sql } from './sql.ts';
import { joined, name, sql } from './sql.ts';

/** Columns that rows have one value of; tags are a list. */
export type PlainColumn = Exclude<keyof typeof CLICK_COLUMNS, 'id' | 'tags'>;

/**
 * `SELECT count(*) FROM <this>`: one row per click, with these columns. Rows of a click that were made by different versions of the
 * code may differ in what was told of it; of each column it takes one value, so that a click is in one group of any.
 */
export function eachClickOnce(asked: ClicksAsked, columns: readonly PlainColumn[]): Sql {
  const one = columns.map((column) => sql`${oneValueOf(column)} AS ${name(lakeNameOf(column))}`);
  return sql`(SELECT id, ${joined(one, sql`, `)} FROM ${clicksBetween(asked)} GROUP BY id)`;
}

/**
 * A hash of 16 characters by its halves: where two rows differ, one has none. DuckDB holds a greatest text of up to 12 characters
 * by itself, and for longer ones memory that it cannot spill, which makes millions of clicks twice as slow.
 */
const oneValueOf = (column: PlainColumn): Sql =>
  column === 'visitor'
    ? sql`max(substr(visitor, 1, 8)) || max(substr(visitor, 9))`
    : sql`max(${name(lakeNameOf(column))})`;
