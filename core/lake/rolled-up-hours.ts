import { HOUR_MS } from '../clicks/time-zone.ts';
import { eachClickOnce } from './each-click-once.ts';
import { ROLLED_UP_BY } from './roll-ups-table.ts';
import type { Sql } from './sql.ts';
import { joined, name, sql, timestamp } from './sql.ts';

/** The rows of `roll_ups` for these hours (their starts), made from the clicks themselves. At least one hour. */
export function rolledUpHours(hoursMs: readonly number[]): Sql {
  const span = { startMs: Math.min(...hoursMs), endMs: Math.max(...hoursMs) + HOUR_MS };
  const asked = { span, workspaceId: null, link: null, tag: null, filters: {} };
  const columns = joined(ROLLED_UP_BY.map(name), sql`, `);
  return sql`SELECT clicked_hour, ${columns}, count(*) AS clicks
FROM (SELECT date_trunc('hour', clicked_at) AS clicked_hour, ${columns} FROM ${eachClickOnce(asked, ['at_ms', ...ROLLED_UP_BY])})
WHERE clicked_hour IN (${joined(hoursMs.map(timestamp), sql`, `)})
GROUP BY clicked_hour, ${columns}`;
}
