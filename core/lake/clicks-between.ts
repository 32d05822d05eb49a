import { MAX_VALUE_LENGTH } from '../clicks/counters.ts';
import type { Dimension } from '../clicks/row.ts';
import type { Span } from '../clicks/time-range.ts';
import { DAY_MS, HOUR_MS } from '../clicks/time-zone.ts';
import { CLICKS_TABLE } from './clicks-table.ts';
import type { Sql } from './sql.ts';
import { allOf, name, quoted, sql, timestamp, whole } from './sql.ts';

/** Whose clicks, of which link or tag, with which values. */
export type ClicksAsked = {
  readonly span: Span;
  /** Null for those of all workspaces. */
  readonly workspaceId: string | null;
  readonly link: { readonly domain: string; readonly code: string } | null;
  readonly tag: string | null;
  readonly filters: { readonly [D in Dimension]?: string };
};

/** The longest way of a click to the lake: Lambda feeds the spool back for a day, a stream keeps records for a day. */
const MAX_LATE_MS = DAY_MS;
/** Firehose names a file after its oldest record, and fills one for a quarter of an hour at most: clicks lie earlier than they came. */
const MAX_EARLY_MS = HOUR_MS;

/**
 * `SELECT … FROM <this> …`: rows of the lake that were visited within the span. A click may have more rows than one, so whoever
 * counts counts distinct ids. Files lie by arrival, so it looks an hour further back and a day further on.
 */
export function clicksBetween(asked: ClicksAsked): Sql {
  const { span, workspaceId, link, tag, filters } = asked;
  const conditions = [
    arrivedBetween(span.startMs - MAX_EARLY_MS, span.endMs - 1 + MAX_LATE_MS),
    sql`clicked_at >= ${timestamp(span.startMs)}`,
    sql`clicked_at < ${timestamp(span.endMs)}`,
    ...(workspaceId === null ? [] : [sql`workspace_id = ${quoted(workspaceId)}`]),
    ...(link === null ? [] : [sql`domain = ${quoted(link.domain)}`, sql`code = ${quoted(link.code)}`]),
    ...(tag === null ? [] : [sql`contains(tags, ${quoted(tag)})`]),
    ...Object.entries(filters).map(([dimension, value]) => isValue(name(dimension), value)),
  ];
  return sql`(SELECT * FROM ${name(CLICKS_TABLE)} WHERE ${allOf(conditions)})`;
}

/** The partitions from one hour of arrival to another, both included; days stand alone, so that they are pruned for sure. */
function arrivedBetween(firstMs: number, lastMs: number): Sql {
  const day = (ms: number): Sql => quoted(new Date(ms).toISOString().slice(0, 10));
  const hour = (ms: number): Sql => whole(new Date(ms).getUTCHours());
  return allOf([
    sql`dt BETWEEN ${day(firstMs)} AND ${day(lastMs)}`,
    sql`(dt > ${day(firstMs)} OR hr >= ${hour(firstMs)})`,
    sql`(dt < ${day(lastMs)} OR hr <= ${hour(lastMs)})`,
  ]);
}

/** A value that long stands for all that begin with it, as counters cut them. */
const isValue = (column: Sql, value: string): Sql =>
  value.length < MAX_VALUE_LENGTH
    ? sql`${column} = ${quoted(value)}`
    : sql`substr(${column}, 1, ${whole(MAX_VALUE_LENGTH)}) = ${quoted(value)}`;
