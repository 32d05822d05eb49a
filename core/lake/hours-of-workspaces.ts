import { CLICKS_TABLE } from './clicks-table.ts';
import { ROLL_UPS_TABLE } from './roll-ups-table.ts';
import type { Sql } from './sql.ts';
import { allOf, joined, name, quoted, sql } from './sql.ts';

/** Days of the lake, both included: `2026-11-21`. */
export type Days = { readonly first: string; readonly last: string };

/** `dt`, `hr`: the hours of arrival that have rows of any of these workspaces. At least one workspace. */
export const arrivalHoursOf = (workspaceIds: readonly string[], days: Days): Sql =>
  sql`SELECT DISTINCT dt, hr FROM ${name(CLICKS_TABLE)} WHERE ${rowsOf(workspaceIds, days)} ORDER BY dt, hr`;

/** `clicked_hour`: the hours that any of these workspaces has roll-ups of. At least one workspace. */
export const rolledUpHoursOf = (workspaceIds: readonly string[], days: Days): Sql =>
  sql`SELECT DISTINCT clicked_hour FROM ${name(ROLL_UPS_TABLE)} WHERE ${rowsOf(workspaceIds, days)} ORDER BY clicked_hour`;

const rowsOf = (workspaceIds: readonly string[], { first, last }: Days): Sql =>
  allOf([
    sql`dt BETWEEN ${quoted(first)} AND ${quoted(last)}`,
    sql`workspace_id IN (${joined(workspaceIds.map(quoted), sql`, `)})`,
  ]);
