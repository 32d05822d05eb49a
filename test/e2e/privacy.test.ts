import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import type { TableName } from '../../adapters/table.ts';
import { TABLES } from '../../adapters/table.ts';
import type { ClickEvent } from '../../core/clicks/row.ts';
import { lakeRows } from '../fixtures/lake-rows.ts';
import type { RunningSignpost } from '../fixtures/running-signpost.ts';
import { startSignpost } from '../fixtures/running-signpost.ts';

/**
 * Visits with addresses and user agents that occur nowhere else, and everything that customers and schedules make of clicks; then
 * everything is searched that is left of the run: every item of every table, every byte of every file (databases, stream, lake,
 * answers of Athena, reports, journals of workflows, logs, mails, failed records), and what went out to customers.
 */
const PEOPLE = ['203.0.113.77', '198.51.100.143', '2001:db8:5a5a::77'].map((address, index) => ({
  address,
  userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Unmistakable${index}`,
}));
/** A machine's whole user agent is kept as little as a person's. */
const MACHINE = { address: '203.0.113.78', userAgent: 'Mozilla/5.0 (compatible; SomeBot/1.0; Unmistakable9)' };
const VISITORS = [...PEOPLE, MACHINE];

const folder = mkdtempSync(join(tmpdir(), 'signpost-privacy-'));
let signpost: RunningSignpost;
let events: readonly ClickEvent[];
let code: string;
/** What left the house: answers, exports and reports. */
const told: string[] = [];

const REPORTS = [
  { kind: 'clicks', format: 'csv' },
  { kind: 'clicks', format: 'json' },
  { kind: 'clicks', format: 'parquet' },
  { kind: 'breakdown', by: ['browser', 'referrer'], format: 'parquet' },
].map((report) => ({
  ...report,
  range: { interval: '24h' },
  filters: report.kind === 'clicks' ? { bots: 'include' } : {},
}));
const QUESTIONS = [
  '/v1/analytics/summary?interval=24h&bots=include&answered_by=lake',
  '/v1/analytics/breakdown?by=browser&interval=24h&country=DE',
  '/v1/clicks/export?interval=24h&bots=include',
  '/v1/clicks/export?interval=24h&bots=include&format=jsonl',
];
const MADE_WITHIN_MS = 30_000;

beforeAll(async () => {
  signpost = await startSignpost({ dataDir: folder });
  [code = ''] = await signpost.createLinks(1);
  for (const { address, userAgent } of VISITORS) {
    const headers = {
      'user-agent': userAgent,
      'x-signpost-viewer': `country=DE;address=${address}`,
      'x-forwarded-for': address,
    };
    expect((await signpost.visit(code, headers)).status).toBe(302);
    // Refused visits meet other code, and are as private.
    expect((await signpost.visit('nobody', headers)).status).toBe(404);
    expect((await signpost.visit('no/body', headers)).status).toBe(404);
  }
  await signpost.laptop.pumps.idle();
  await signpost.laptop.deliveries.flush();
  events = eventsOnStream();
  for (const question of QUESTIONS) {
    const { status, body } = await signpost.api('GET', question);
    expect(status).toBe(200);
    told.push(body);
  }
  for (const report of REPORTS) told.push(await fileOf(report));
  for (const job of ['roll-up', 'reconcile'] as const)
    told.push(JSON.stringify(await signpost.laptop.host.invoke(signpost.fn(job).name, {})));
}, 240_000);
afterAll(async () => {
  await signpost.stop();
  rmSync(folder, { recursive: true, force: true });
});

function eventsOnStream(): readonly ClickEvent[] {
  const { kinesis } = signpost.laptop.engines;
  const stream = signpost.fn('redirect').env['CLICK_STREAM'] ?? '';
  return kinesis
    .shardIds(stream)
    .flatMap((shard) => kinesis.read(stream, shard, null, 1_000))
    .map(({ data }) => JSON.parse(data.toString()) as ClickEvent);
}

/** The file of a report, as text that can be searched. */
async function fileOf(order: Readonly<Record<string, unknown>>): Promise<string> {
  const { report_id: id } = JSON.parse((await signpost.api('POST', '/v1/reports', order)).body) as {
    report_id: string;
  };
  for (const endMs = Date.now() + MADE_WITHIN_MS; Date.now() < endMs; await sleep(200)) {
    const report = JSON.parse((await signpost.api('GET', `/v1/reports/${id}`)).body) as Record<string, unknown>;
    if (typeof report['download_url'] !== 'string') continue;
    const bytes = await (await fetch(report['download_url'])).arrayBuffer();
    return order['format'] === 'parquet'
      ? textOf(await parquetReadObjects({ file: bytes }))
      : Buffer.from(bytes).toString();
  }
  throw new Error(`There is no report of ${JSON.stringify(order)}.`);
}

const textOf = (rows: unknown): string =>
  JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

const filesIn = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true })
    .map((name) => join(dir, String(name)))
    .filter((path) => statSync(path).isFile());

/** The texts found in the files below the folder, by the first folder they were found in. */
function foundInFiles(texts: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const path of filesIn(folder)) {
    const bytes = readFileSync(path);
    // The stream's records lie in base64, which puts a text in one of three places.
    const decoded = Buffer.concat(
      [...bytes.toString('latin1').matchAll(/[A-Za-z0-9+/]{40,}={0,2}/g)].map(([run]) => Buffer.from(run, 'base64')),
    );
    for (const text of texts)
      if (bytes.includes(text) || decoded.includes(text)) found.add(path.slice(folder.length + 1).split('/')[0] ?? '');
  }
  return [...found].sort();
}

describe('After a run', () => {
  test('the clicks are there, each with a visitor hash of its own', async () => {
    expect(events).toHaveLength(VISITORS.length);
    const hashes = events.map(({ visitor }) => visitor);
    expect(new Set(hashes).size).toBe(VISITORS.length);
    for (const hash of hashes) expect(hash).toMatch(/^[\w-]{16}$/);
    const stats = JSON.parse((await signpost.api('GET', `/v1/urls/${code}/stats`)).body) as Record<string, unknown>;
    expect(stats).toMatchObject({ total: VISITORS.length, bots: 1 });
  });

  test.each(Object.keys(TABLES) as TableName[])(
    'no item of the table %s has an address or a user agent',
    async (name) => {
      const items = JSON.stringify(await signpost.scan(name));
      for (const { address } of VISITORS) expect(items).not.toContain(address);
      expect(items).not.toContain('Unmistakable');
    },
  );

  test('no file has an address, whatever wrote it', () => {
    expect(foundInFiles(VISITORS.map(({ address }) => address))).toEqual([]);
  });

  test('no file has a user agent but those of the click stream, which forgets it after a day', () => {
    expect(foundInFiles(['Unmistakable'])).toEqual(['kinesis']);
  });

  test('no row of the lake has an address or a user agent, unpacked', async () => {
    const rows = await lakeRows(join(folder, 's3'));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(VISITORS.length);
    const text = JSON.stringify(rows);
    for (const { address } of VISITORS) expect(text).not.toContain(address);
    expect(text).not.toContain('Unmistakable');
  });

  test('no file of Parquet has one, unpacked: clicks, roll-ups, reports', async () => {
    const files = filesIn(join(folder, 's3')).filter((path) => path.endsWith('.parquet'));
    const folders = new Set(files.map((path) => path.slice(join(folder, 's3').length + 1).split('/')[1]));
    expect(folders).toEqual(new Set(['clicks', 'reports', 'rollups']));
    for (const path of files) {
      const bytes = Uint8Array.from(readFileSync(path));
      const text = textOf(await parquetReadObjects({ file: bytes.buffer }));
      for (const { address } of VISITORS) expect(text).not.toContain(address);
      expect(text).not.toContain('Unmistakable');
    }
  });

  test('Athena answered, and workflows ran, into files that were searched', () => {
    const files = filesIn(folder).map((path) => path.slice(folder.length + 1));
    expect(files.filter((path) => /^s3\/[^/]+\/queries\//.test(path)).length).toBeGreaterThan(REPORTS.length);
    expect(files.filter((path) => path.startsWith('step-functions/')).length).toBeGreaterThan(0);
    expect(files.filter((path) => path.startsWith('logs/')).length).toBeGreaterThan(0);
  });

  test('customers were told of the clicks, and of nobody’s address, user agent or visitor hash', () => {
    expect(told).toHaveLength(QUESTIONS.length + REPORTS.length + 2);
    const text = told.join('\n');
    for (const { id } of events) expect(text).toContain(id);
    for (const { visitor } of events) expect(text).not.toContain(visitor);
    for (const { address } of VISITORS) expect(text).not.toContain(address);
    expect(text).not.toContain('Unmistakable');
  });

  test('there is one salt, of today', async () => {
    const today = new Date().toISOString().slice(0, 10);
    expect(await signpost.scan('salts')).toEqual([
      { pk: 'salt', day: today, salt: expect.stringMatching(/^[\w-]{43}$/), ttl_s: expect.any(Number) },
    ]);
  });
});
