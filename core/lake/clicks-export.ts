import type { BotPolicy } from '../clicks/range-counts.ts';
import type { ClicksAsked } from './clicks-between.ts';
import { clicksBetween } from './clicks-between.ts';
import { LAKE_COLUMNS } from './clicks-table.ts';
import type { Sql } from './sql.ts';
import { joined, name, sql } from './sql.ts';

/** Whose link it was, which whoever asks knows, and which visitor of the day, whom nobody is told. */
const KEPT = new Set(['workspace_id', 'domain', 'visitor']);

/** What is exported of a click, in this order; a column that clicks get is here too. */
export const EXPORT_COLUMNS = LAKE_COLUMNS.filter((column) => !KEPT.has(column.name)).map((column) => ({
  ...column,
  name: column.name === 'code' ? 'short_code' : column.name,
}));

/**
 * Every click once, in the order of ids, which is that of time. A click's first row is the one: the others say the same, but for
 * what later lists of bots make of it. Arrays come as JSON, because as texts they could not be told apart again.
 */
export function clicksExport(asked: ClicksAsked, policy: BotPolicy): Sql {
  const wanted = policy === 'include' ? sql`true` : sql`NOT bot`;
  const columns = EXPORT_COLUMNS.map(({ name: column, type }) => {
    if (column === 'short_code') return sql`code AS short_code`;
    return type === 'array<string>' ? sql`CAST(${name(column)} AS JSON) AS ${name(column)}` : name(column);
  });
  return sql`SELECT ${joined(columns, sql`, `)}
FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY dt, hr) AS copy FROM ${clicksBetween(asked)})
WHERE copy = 1 AND ${wanted}
ORDER BY id`;
}
