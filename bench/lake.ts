import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient } from '@aws-sdk/client-athena';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { lakeQueries } from '../adapters/lake-queries.ts';
import { DIMENSIONS } from '../core/clicks/row.ts';
import { DAY_MS } from '../core/clicks/time-zone.ts';
import { breakdownReport } from '../core/lake/breakdown-report.ts';
import { CLICKS_PREFIX, CLICKS_TABLE, LAKE_COLUMNS, LAKE_PARTITIONS } from '../core/lake/clicks-table.ts';
import { filteredClicks } from '../core/lake/filtered-clicks.ts';
import type { LakeQueries } from '../core/lake/lake-queries.ts';
import type { Sql } from '../core/lake/sql.ts';
import { startAthena } from '../local/engines/athena.ts';
import { startS3 } from '../local/engines/s3.ts';
import { writeLakeClicks } from './lake-clicks.ts';
import { printTable } from './report.ts';

/**
 * The question: what does a question to the lake take where a link has ten million clicks, and how much of that is the
 * laptop's Athena and not DuckDB? The same SQL on the same files by both, one after the other, with the same memory and threads.
 * What counters take beside it tells `npm run bench -- summary`. Needs 1.6 GB below the temporary folder, and four minutes.
 */
const CLICKS = 10_000_000;
const DAYS = 30;
const LAST_DAY = '2026-11-21';
const TIMEOUT_MS = 240_000;
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
    await writeLakeClicks(duckDb, folder, { clicks: CLICKS, days: DAYS, lastDay: LAST_DAY });
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
    [
      'question',
      'clicks',
      'DuckDB ms',
      'laptop ms',
      '×',
      'DuckDB CPU ms',
      'laptop CPU ms',
      '× CPU',
      'Athena would read MB',
    ],
    rows,
  );
}

async function measured({ name, sql, clicksOf: counted }: Case, duckDb: DuckDBConnection, lake: LakeQueries) {
  const plain = await timed(async () => (await duckDb.runAndReadAll(sql.text)).getRowObjects());
  const laptop = await timed(() => lake.ask({ sql, maxAgeMinutes: 0 }, TIMEOUT_MS));
  const { value: outcome } = laptop;
  if (outcome.kind !== 'rows') throw new Error(`${name}: ${outcome.kind}, ${outcome.reason}`);
  const clicks = counted(plain.value);
  if (counted(outcome.rows) !== clicks) throw new Error(`${name}: not the same clicks`);
  return [
    name,
    clicks.toLocaleString('en'),
    plain.ms.toFixed(0),
    laptop.ms.toFixed(0),
    (laptop.ms / plain.ms).toFixed(2),
    plain.cpuMs.toFixed(0),
    laptop.cpuMs.toFixed(0),
    (laptop.cpuMs / plain.cpuMs).toFixed(2),
    (outcome.scannedBytes / 1e6).toFixed(0),
  ];
}

/** CPU of all threads of this process, which both engines are part of: others on the machine do not change it. */
async function timed<T>(work: () => Promise<T>) {
  const [startedAtMs, cpuBefore] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { value, ms: performance.now() - startedAtMs, cpuMs: (user + system) / 1_000 };
}
