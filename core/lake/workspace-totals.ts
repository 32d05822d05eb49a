import type { Dimension } from '../clicks/row.ts';
import { DIMENSIONS } from '../clicks/row.ts';
import type { Span } from '../clicks/time-range.ts';
import { eachClickOnce } from './each-click-once.ts';
import { ROLL_UPS_TABLE } from './roll-ups-table.ts';
import type { Sql } from './sql.ts';
import { joined, name, quoted, sql } from './sql.ts';

/** Clicks as counters have them, of all workspaces: what a comparison of both asks. */
const ofAll = (span: Span) => ({ span, workspaceId: null, link: null, tag: null, filters: {} });

/** `workspace_id`, `clicked_hour`, `clicks`, `bots` among them. */
export const totalsByHour = (span: Span): Sql =>
  sql`SELECT workspace_id, date_trunc('hour', clicked_at) AS clicked_hour, count(*) AS clicks, count_if(bot) AS bots
FROM ${eachClickOnce(ofAll(span), ['at_ms', 'workspace_id', 'bot'])}
GROUP BY 1, 2`;

/**
 * `workspace_id`, `dimension`, `value`, `clicks`, `bots` among them; the totals of a workspace have null for both. Clicks without
 * a value are counted under the empty one.
 */
export function totalsByDimension(span: Span): Sql {
  const once = eachClickOnce(ofAll(span), ['workspace_id', 'bot', ...DIMENSIONS]);
  const each = (piece: (dimension: Dimension) => Sql): Sql => joined(DIMENSIONS.map(piece), sql`, `);
  const present = each((dimension) => sql`coalesce(${name(dimension)}, '') AS ${name(dimension)}`);
  const whens = joined(
    DIMENSIONS.map((dimension) => sql`WHEN ${name(dimension)} IS NOT NULL THEN ${quoted(dimension)}`),
    sql` `,
  );
  return sql`SELECT workspace_id, CASE ${whens} END AS dimension, coalesce(${each(name)}) AS value,
count(*) AS clicks, count_if(bot) AS bots
FROM (SELECT workspace_id, bot, ${present} FROM ${once})
GROUP BY GROUPING SETS ((workspace_id), ${each((dimension) => sql`(workspace_id, ${name(dimension)})`)})`;
}

/** `workspace_id`, `clicks`, `bots` among them, of a UTC day as it was rolled up. */
export const rolledUpTotals = (day: string): Sql =>
  sql`SELECT workspace_id, sum(clicks) AS clicks, sum(CASE WHEN bot THEN clicks ELSE 0 END) AS bots
FROM ${name(ROLL_UPS_TABLE)} WHERE dt = ${quoted(day)} GROUP BY workspace_id`;
