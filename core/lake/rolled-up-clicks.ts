import type { Span } from '../clicks/time-range.ts';
import { ROLL_UPS_TABLE } from './roll-ups-table.ts';
import type { Sql } from './sql.ts';
import { allOf, name, quoted, sql, timestamp } from './sql.ts';

/** Whose clicks; `span` is of whole hours. */
export type RollUpsAsked = {
  readonly span: Span;
  readonly workspaceId: string;
  readonly link: { readonly domain: string; readonly code: string } | null;
};

/** What clicks that were rolled up can be told apart by. */
export const ROLL_UP_GROUPS = {
  /** `clicked_hour`; the hours without clicks are missing. */
  hour: sql`clicked_hour`,
  /** `dt`, a day of UTC. */
  day: sql`dt`,
  /** `domain`, `code`. */
  link: sql`domain, code`,
  country: sql`country`,
  source: sql`source`,
} as const satisfies Record<string, Sql>;
export type RollUpGroup = keyof typeof ROLL_UP_GROUPS;

/**
 * The columns of the group, `clicks` (of everybody) and `bots` among them, in the order of the group. Up to some minutes before
 * the last roll-up it is exact; `clicksBetween` knows the hour that is still going on.
 */
export function rolledUpClicks({ span, workspaceId, link }: RollUpsAsked, group: RollUpGroup): Sql {
  const day = (ms: number): Sql => quoted(new Date(ms).toISOString().slice(0, 10));
  const conditions = [
    sql`dt BETWEEN ${day(span.startMs)} AND ${day(span.endMs - 1)}`,
    sql`clicked_hour >= ${timestamp(span.startMs)}`,
    sql`clicked_hour < ${timestamp(span.endMs)}`,
    sql`workspace_id = ${quoted(workspaceId)}`,
    ...(link === null ? [] : [sql`domain = ${quoted(link.domain)}`, sql`code = ${quoted(link.code)}`]),
  ];
  const columns = ROLL_UP_GROUPS[group];
  return sql`SELECT ${columns}, sum(clicks) AS clicks, sum(CASE WHEN bot THEN clicks ELSE 0 END) AS bots
FROM ${name(ROLL_UPS_TABLE)} WHERE ${allOf(conditions)} GROUP BY ${columns} ORDER BY ${columns}`;
}
