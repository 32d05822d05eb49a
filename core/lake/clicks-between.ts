import type { Dimension } from '../clicks/row.ts';
import type { Span } from '../clicks/time-range.ts';
import { DAY_MS } from '../clicks/time-zone.ts';
import { CLICKS_TABLE } from './clicks-table.ts';
import type { Sql } from './sql.ts';
import { allOf, name, quoted, sql, timestamp } from './sql.ts';

/** Whose clicks, of which link or tag, with which values. */
export type ClicksAsked = {
  readonly span: Span;
  /** Null for those of all workspaces. */
  readonly workspaceId: string | null;
  readonly link: { readonly domain: string; readonly code: string } | null;
  readonly tag: string | null;
  readonly filters: { readonly [D in Dimension]?: string };
};

/** The longest way of a click to the lake: a stream keeps records for a day. */
const MAX_LATE_MS = DAY_MS;

/**
 * `SELECT … FROM <this> …`: rows of the lake that were visited within the span. A click may have more rows than one, so whoever counts
 * counts distinct ids. Files lie by arrival, so it looks a day further to both sides.
 */
export function clicksBetween(asked: ClicksAsked): Sql {
  const { span, workspaceId, link, tag, filters } = asked;
  const day = (ms: number): Sql => quoted(new Date(ms).toISOString().slice(0, 10));
  const conditions = [
    sql`dt BETWEEN ${day(span.startMs - DAY_MS)} AND ${day(span.endMs + MAX_LATE_MS)}`,
    sql`clicked_at >= ${timestamp(span.startMs)}`,
    sql`clicked_at < ${timestamp(span.endMs)}`,
    ...(workspaceId === null ? [] : [sql`workspace_id = ${quoted(workspaceId)}`]),
    ...(link === null ? [] : [sql`domain = ${quoted(link.domain)}`, sql`code = ${quoted(link.code)}`]),
    ...(tag === null ? [] : [sql`contains(tags, ${quoted(tag)})`]),
    ...Object.entries(filters).map(([dimension, value]) => sql`${name(dimension)} = ${quoted(value)}`),
  ];
  return sql`(SELECT * FROM ${name(CLICKS_TABLE)} WHERE ${allOf(conditions)})`;
}
