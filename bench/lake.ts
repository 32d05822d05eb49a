import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient } from '@aws-sdk/client-athena';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { lakeQueries } from '../adapters/lake-queries.ts';
import { DIMENSIONS } from '../core/clicks/row.ts';
import { addDays, DAY_MS } from '../core/clicks/time-zone.ts';
import { breakdownReport } from '../core/lake/breakdown-report.ts';
import { CLICKS_PREFIX, CLICKS_TABLE, LAKE_COLUMNS, LAKE_PARTITIONS } from '../core/lake/clicks-table.ts';
import { filteredClicks } from '../core/lake/filtered-clicks.ts';
import type { LakeQueries } from '../core/lake/lake-queries.ts';
import type { Sql } from '../core/lake/sql.ts';
import { startAthena } from '../local/engines/athena.ts';
import { startS3 } from '../local/engines/s3.ts';
import { printTable } from './report.ts';

/**
 * The question: what does a question to the lake take where a link has a million clicks, and how much of that is the
 * laptop's Athena and not DuckDB? The same SQL on the same files by both, in turn, with the same memory and threads, a minute
 * at most. What counters take beside it tells `npm run bench -- summary`. Needs 200 MB below the temporary folder.
 */
const CLICKS = 1_000_000;
const DAYS = 30;
const LAST_DAY = '2026-11-21';
const TIMEOUT_MS = 60_000;
const MEMORY_LIMIT = '512MB';

const endMs = Date.parse(LAST_DAY) + DAY_MS;
const MONTH = { startMs: endMs - DAYS * DAY_MS, endMs };
const LAST = { startMs: endMs - DAY_MS, endMs };
const LINK = { workspaceId: 'ws_bench', link: { domain: 'default', code: 'large' }, tag: null, filters: {} };

type Row = Readonly<Record<string, unknown>>;
type Case = { readonly name: string; readonly sql: Sql; readonly clicksOf: (rows: readonly Row[]) => number };
const sumOf = (rows: readonly Row[]): number => rows.reduce((sum, { clicks }) => sum + Number(clicks), 0);
const totalOf = (rows: readonly Row[]): number => Number(rows.find(({ dimension }) => dimension === 'all')?.['clicks']);
const summaryOf = (asked: Parameters<typeof filteredClicks>[0]) =>
  filteredClicks(asked, {
    policy: 'include',
    series: { granularity: 'day', timezone: 'Europe/Berlin' },
    lists: DIMENSIONS,
    maxValues: 10,
    after: null,
  });

const CASES: readonly Case[] = [
  {
    name: 'report of 30 days by country and device',
    sql: breakdownReport({ ...LINK, span: MONTH }, ['country', 'device'], 'include', 10_000),
    clicksOf: sumOf,
  },
  {
    name: 'summary of 30 days with two filters',
    sql: summaryOf({ ...LINK, span: MONTH, filters: { country: 'C7', device: 'mobile' } }),
    clicksOf: totalOf,
  },
  {
    name: 'summary of a day with one filter',
    sql: summaryOf({ ...LINK, span: LAST, filters: { device: 'mobile' } }),
    clicksOf: totalOf,
  },
];

export async function benchLake(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'signpost-bench-lake-'));
  const folder = join(root, 's3', 'lake', CLICKS_PREFIX);
  const database = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: MEMORY_LIMIT });
  const duckDb = await database.connect();
  try {
    mkdirSync(folder, { recursive: true });
    await duckDb.run(
      `SET temp_directory='${join(root, 'spill-plain')}'; SET TimeZone='UTC'; SET integer_division=true`,
    );
    await writeClicks(duckDb, folder);
    const glob = join(folder, 'dt=*', 'hr=*', '*');
    await duckDb.run(
      `CREATE VIEW ${CLICKS_TABLE} AS SELECT * FROM read_parquet('${glob}', hive_types={'dt': VARCHAR, 'hr': INTEGER})`,
    );
    const lake = await startLake(root, folder);
    try {
      await report(duckDb, lake.queries, folder);
    } finally {
      await lake.close();
    }
  } finally {
    duckDb.closeSync();
    database.closeSync();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Day by day, so that little is in memory; a file for each hour, as Firehose makes some for each. */
async function writeClicks(duckDb: DuckDBConnection, folder: string): Promise<void> {
  for (let index = 0; index < DAYS; index += 1) {
    const day = addDays(LAST_DAY, -index);
    await duckDb.run(
      `COPY (${clicksOf(day, index)}) TO '${folder}'
      (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (dt, hr), OVERWRITE_OR_IGNORE, FILENAME_PATTERN 'day_{i}')`,
    );
  }
}

/** Clicks of a day, evenly over it: one in ten a bot's, one in ten a scan, each visitor some three times. */
function clicksOf(day: string, index: number): string {
  const perDay = Math.floor(CLICKS / DAYS) + (index < CLICKS % DAYS ? 1 : 0);
  const one = (count: number, prefix: string, salt: number): string =>
    `'${prefix}' || (hash(i * 31 + ${salt}) % ${count})::VARCHAR`;
  const values: Readonly<Record<string, string>> = {
    id: `'01M7WKPSXP' || upper(md5(i::VARCHAR || '${day}')[:16])`,
    domain: `'default'`,
    code: `'large'`,
    workspace_id: `'ws_bench'`,
    tags: `['spring']::VARCHAR[]`,
    clicked_at: `TIMESTAMP '${day}' + to_milliseconds((i * ${DAY_MS} / ${perDay})::BIGINT)`,
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
  const all = `SELECT ${columns.join(', ')} FROM range(${perDay}) AS numbers (i)`;
  return `SELECT *, strftime(clicked_at, '%Y-%m-%d') AS dt, strftime(clicked_at, '%H') AS hr FROM (${all})`;
}

const everyone = () => ({ allowed: true }) as const;
const ARN = 'arn:aws:glue:us-east-1:000000000000';

async function startLake(root: string, folder: string) {
  const bucket = (name: string) => ({ name, arn: `arn:aws:s3:::${name}`, cors: [], expiry: [] });
  const s3 = await startS3({
    root: join(root, 's3'),
    isDurable: false,
    buckets: [bucket('lake'), bucket('results')],
    authorize: everyone,
    secretFor: () => 'bench',
  });
  const workgroup = {
    name: 'bench',
    arn: 'arn:aws:athena:us-east-1:000000000000:workgroup/bench',
    outputBucket: 'results',
    outputPrefix: 'queries/',
    cutoffBytes: null,
  };
  const athena = await startAthena({
    workgroups: [workgroup],
    tables: [
      {
        database: 'bench',
        name: CLICKS_TABLE,
        columns: LAKE_COLUMNS,
        partitions: Object.entries(LAKE_PARTITIONS).map(([name, type]) => ({ name, type })),
        folder,
        bucketArn: 'arn:aws:s3:::lake',
        prefix: CLICKS_PREFIX,
        databaseArns: [`${ARN}:catalog`, `${ARN}:database/bench`],
        tableArns: [`${ARN}:table/bench/${CLICKS_TABLE}`],
      },
    ],
    defaultDatabaseArns: [`${ARN}:catalog`],
    results: s3,
    spillDir: join(root, 'spill'),
    authorize: everyone,
  });
  const credentials = { accessKeyId: 'BENCH', secretAccessKey: 'bench' };
  const client = new AthenaClient({ endpoint: athena.url, region: 'us-east-1', credentials });
  return {
    queries: lakeQueries({ client, workgroup: workgroup.name, database: 'bench' }),
    async close() {
      client.destroy();
      await athena.close();
      await s3.close();
    },
  };
}

async function report(duckDb: DuckDBConnection, lake: LakeQueries, folder: string): Promise<void> {
  const rows = [];
  for (const each of CASES) rows.push(await measured(each, duckDb, lake));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.parquet'));
  const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  printTable(
    `${CLICKS.toLocaleString('en')} clicks of ${DAYS} days in ${files.length} files, ${Math.round(bytes / 1e6)} MB; each question once`,
    ['question', 'clicks', 'DuckDB ms', 'Athena of the laptop ms', '× DuckDB', 'read MB'],
    rows,
  );
}

async function measured({ name, sql, clicksOf: counted }: Case, duckDb: DuckDBConnection, lake: LakeQueries) {
  let startedAtMs = performance.now();
  const rows = (await duckDb.runAndReadAll(sql.text)).getRowObjects();
  const plainMs = performance.now() - startedAtMs;
  startedAtMs = performance.now();
  const outcome = await lake.ask({ sql, maxAgeMinutes: 0 }, TIMEOUT_MS);
  const athenaMs = performance.now() - startedAtMs;
  const clicks = counted(rows);
  if (outcome.kind === 'rows' && counted(outcome.rows) !== clicks) throw new Error(`${name}: not the same clicks`);
  const more = outcome.kind === 'rows' ? '' : '> ';
  return [
    name,
    clicks.toLocaleString('en'),
    plainMs.toFixed(0),
    `${more}${athenaMs.toFixed(0)}`,
    `${more}${(athenaMs / plainMs).toFixed(2)}`,
    outcome.kind === 'rows' ? (outcome.scannedBytes / 1e6).toFixed(0) : outcome.kind,
  ];
}
