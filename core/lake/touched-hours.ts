import { CLICKS_TABLE } from './clicks-table.ts';
import type { Sql } from './sql.ts';
import { joined, name, quoted, sql, whole } from './sql.ts';

/** An hour of arrival, as files of clicks lie: `{ day: '2026-03-12', hour: 9 }`. */
export type ArrivalHour = { readonly day: string; readonly hour: number };

/** `clicked_hour`: the hours that clicks which came in these hours were visits of. */
export function touchedHours(arrivals: readonly ArrivalHour[]): Sql {
  const partitions = arrivals.map(({ day, hour }) => sql`(dt = ${quoted(day)} AND hr = ${whole(hour)})`);
  const days = joined([...new Set(arrivals.map(({ day }) => day))].map(quoted), sql`, `);
  return sql`SELECT DISTINCT date_trunc('hour', clicked_at) AS clicked_hour FROM ${name(CLICKS_TABLE)}
WHERE dt IN (${days}) AND (${joined(partitions, sql` OR `)})`;
}
