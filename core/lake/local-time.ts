import type { TimeRange } from '../clicks/time-range.ts';
import { HOUR_MS, offsetMs } from '../clicks/time-zone.ts';
import type { Sql } from './sql.ts';
import { joined, quoted, sql, timestamp } from './sql.ts';

/** A part of a range in which a place's clocks are so many whole hours ahead of UTC. */
type Stretch = { readonly endMs: number; readonly hoursAhead: number };

/**
 * `clicked_at` as a place's clocks show it, for `date_trunc`. The hours are worked out here, because the engines know time zones
 * by other data than ours. An hour of UTC belongs where its last moment does, as in `time-buckets.ts`: clocks that
 * are half an hour ahead count as an hour ahead.
 */
export function localTime(range: TimeRange): Sql {
  const stretches = stretchesOf(range);
  const last = stretches.at(-1);
  if (last === undefined) return sql`clicked_at`;
  if (stretches.length === 1) return shifted(last);
  const cases = stretches
    .slice(0, -1)
    .map((each) => sql`WHEN clicked_at < ${timestamp(each.endMs)} THEN ${shifted(each)}`);
  return sql`CASE ${joined(cases, sql` `)} ELSE ${shifted(last)} END`;
}

function shifted({ hoursAhead }: Stretch): Sql {
  if (hoursAhead === 0) return sql`clicked_at`;
  const hours = quoted(String(Math.abs(hoursAhead)));
  return hoursAhead > 0 ? sql`clicked_at + INTERVAL ${hours} HOUR` : sql`clicked_at - INTERVAL ${hours} HOUR`;
}

function stretchesOf({ startMs, endMs, timezone }: TimeRange): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (let hourMs = startMs; hourMs < endMs; hourMs += HOUR_MS) {
    const hoursAhead = Math.ceil(offsetMs(timezone, hourMs) / HOUR_MS);
    const last = stretches.at(-1);
    const reached = { endMs: hourMs + HOUR_MS, hoursAhead };
    if (last?.hoursAhead === hoursAhead) stretches[stretches.length - 1] = reached;
    else stretches.push(reached);
  }
  return stretches;
}
