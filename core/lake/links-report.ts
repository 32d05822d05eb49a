import type { BotPolicy } from '../clicks/range-counts.ts';
import { clickMeasures, measuredClicks } from './click-measures.ts';
import type { ClicksAsked } from './clicks-between.ts';
import type { Sql } from './sql.ts';
import { sql, whole } from './sql.ts';

/** Each link that was visited, most clicks first. */
export const linksReport = (asked: ClicksAsked, policy: BotPolicy, maxRows: number): Sql =>
  sql`SELECT code AS short_code, ${clickMeasures(policy)}, min(clicked_at) AS first_click_at, max(clicked_at) AS last_click_at
FROM ${measuredClicks(asked, ['domain', 'code', 'at_ms'])}
GROUP BY domain, code
ORDER BY clicks DESC, short_code
LIMIT ${whole(maxRows)}`;
