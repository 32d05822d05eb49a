import type { BotPolicy } from '../clicks/range-counts.ts';
import type { ClicksAsked } from './clicks-between.ts';
import type { PlainColumn } from './each-click-once.ts';
import { eachClickOnce } from './each-click-once.ts';
import type { Sql } from './sql.ts';
import { sql } from './sql.ts';

/** What is counted of the clicks of a group; the same words mean the same in `/v1/analytics/summary`. */
export const CLICK_MEASURES = ['clicks', 'scans', 'people', 'bots', 'unique_visitors'] as const;
const MEASURED = ['bot', 'source', 'visitor'] as const satisfies readonly PlainColumn[];

const WANTED = { include: sql`true`, exclude: sql`NOT bot` } as const satisfies Record<BotPolicy, Sql>;

/** `SELECT …, <these> FROM …`: the measures that add up. */
export const countsOfClicks = (policy: BotPolicy): Sql => sql`count(*) FILTER (WHERE ${WANTED[policy]}) AS clicks,
  count(*) FILTER (WHERE ${WANTED[policy]} AND source = 'scan') AS scans,
  count(*) FILTER (WHERE NOT bot) AS people,
  count(*) FILTER (WHERE bot) AS bots`;

/** `SELECT …, <these> FROM …`. A visitor has another hash each UTC day, so whoever comes on three days is three, as in the counters. */
export const clickMeasures = (policy: BotPolicy): Sql => sql`${countsOfClicks(policy)},
  count(DISTINCT visitor) FILTER (WHERE NOT bot AND visitor <> '') AS unique_visitors`;

/** `FROM <this>`: what the measures are taken of, with these columns to group by. */
export const measuredClicks = (asked: ClicksAsked, columns: readonly PlainColumn[]): Sql =>
  eachClickOnce(asked, [...new Set([...MEASURED, ...columns])]);
