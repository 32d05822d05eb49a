import type { BotPolicy } from '../clicks/range-counts.ts';
import { clickMeasures, measuredClicks } from './click-measures.ts';
import type { ClicksAsked } from './clicks-between.ts';
import { localTime } from './local-time.ts';
import type { Sql } from './sql.ts';
import { sql } from './sql.ts';

/** What a workspace used, by day of a time zone, where it was visited at all; `links` are those that were visited. */
export const usageReport = (asked: ClicksAsked, timezone: string, policy: BotPolicy): Sql =>
  sql`SELECT date_trunc('day', ${localTime({ ...asked.span, timezone })}) AS period,
  count(DISTINCT domain || '/' || code) AS links, ${clickMeasures(policy)}
FROM ${measuredClicks(asked, ['domain', 'code', 'at_ms'])}
GROUP BY 1
ORDER BY 1`;
