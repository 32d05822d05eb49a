import type { DuckDBConnection } from '@duckdb/node-api';
import { addDays, DAY_MS } from '../core/clicks/time-zone.ts';
import { LAKE_COLUMNS } from '../core/lake/clicks-table.ts';

export type LakeClicks = { readonly clicks: number; readonly days: number; readonly lastDay: string };

/**
 * Writes clicks of one link as files of the lake, a file for each hour. Day by day, so that little is in memory; whatever order
 * columns are written in, rows of an hour lie in the order of their visits.
 */
export async function writeLakeClicks(
  duckDb: DuckDBConnection,
  folder: string,
  { clicks, days, lastDay }: LakeClicks,
): Promise<void> {
  for (let index = 0; index < days; index += 1) {
    const perDay = Math.floor(clicks / days) + (index < clicks % days ? 1 : 0);
    await duckDb.run(
      `COPY (${clicksOf(addDays(lastDay, -index), perDay)}) TO '${folder}'
      (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (dt, hr), OVERWRITE_OR_IGNORE, FILENAME_PATTERN 'day_{i}')`,
    );
  }
}

/** Clicks of a day, evenly over it: one in ten a bot's, one in ten a scan, each visitor some three times. */
function clicksOf(day: string, perDay: number): string {
  const one = (count: number, prefix: string, salt: number): string =>
    `'${prefix}' || (hash(i * 31 + ${salt}) % ${count})::VARCHAR`;
  const values: Readonly<Record<string, string>> = {
    id: `to_base(epoch_ms(clicked_at), 32, 10) || upper(md5(i::VARCHAR || '${day}')[:16])`,
    domain: `'default'`,
    code: `'large'`,
    workspace_id: `'ws_bench'`,
    tags: `['spring']::VARCHAR[]`,
    clicked_at: 'clicked_at',
    source: `CASE WHEN i % 10 = 0 THEN 'scan' ELSE 'click' END`,
    country: one(40, 'C', 1),
    region: one(60, 'R', 2),
    city: one(80, 'City ', 3),
    device: `(['mobile', 'desktop', 'tablet', 'tv'])[1 + (hash(i * 7) % 4)::INTEGER]`,
    referrer: one(40, 'page', 4),
    utm_source: one(6, 'source ', 5),
    utm_medium: one(4, 'medium ', 6),
    utm_campaign: one(8, 'campaign ', 7),
    language: one(25, 'l', 8),
    visitor: `md5((hash(i * 13) % ${Math.ceil(perDay / 3)})::VARCHAR || '${day}')[:16]`,
    os: one(8, 'os ', 9),
    browser: one(12, 'browser ', 10),
    bot: `i % 10 = 3`,
  };
  const columns = LAKE_COLUMNS.map(({ name }) => `${values[name] ?? "''"} AS ${name}`);
  const visits = `SELECT i, TIMESTAMP '${day}' + to_milliseconds((i * ${DAY_MS} / ${perDay})::BIGINT) AS clicked_at
    FROM range(${perDay}) AS numbers (i)`;
  return `SELECT ${columns.join(', ')}, strftime(clicked_at, '%Y-%m-%d') AS dt, strftime(clicked_at, '%H') AS hr
    FROM (${visits})`;
}
