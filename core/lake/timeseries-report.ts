import type { BotPolicy } from '../clicks/range-counts.ts';
import type { Granularity } from '../clicks/time-buckets.ts';
import { clickMeasures, measuredClicks } from './click-measures.ts';
import type { ClicksAsked } from './clicks-between.ts';
import { localTime } from './local-time.ts';
import type { Sql } from './sql.ts';
import { quoted, sql } from './sql.ts';

/** Clicks by day, week or month of a time zone, where there are any; hours are those of UTC, which no change of clocks doubles. */
export function timeSeriesReport(
  asked: ClicksAsked,
  timezone: string,
  granularity: Granularity,
  policy: BotPolicy,
): Sql {
  const at = granularity === 'hour' ? sql`clicked_at` : localTime({ ...asked.span, timezone });
  return sql`SELECT date_trunc(${quoted(granularity)}, ${at}) AS period, ${clickMeasures(policy)}
FROM ${measuredClicks(asked, ['at_ms'])}
GROUP BY 1
ORDER BY 1`;
}
