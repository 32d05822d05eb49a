import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { parse } from 'csv-parse/sync';
import { createsKey } from '../../adapters/limits.ts';
import type { Batch } from '../../core/batches/batch.ts';
import { zipKey } from '../../core/batches/batch-files.ts';
import { type Product, startProduct } from '../e2e/product.ts';
import { batchDriver } from '../fixtures/batch-driver.ts';
import { filesOfZip } from '../fixtures/zip-reader.ts';
import { figures } from './figures.ts';
import { LIMIT_MS, sized } from './scale.ts';

const ROWS = sized(220, 1_000);

const measured = figures('Batches of QR codes');
let product: Product;
let driver: ReturnType<typeof batchDriver>;
beforeAll(async () => {
  product = await startProduct();
  driver = batchDriver(product.laptop);
}, 120_000);
afterAll(async () => {
  driver.close();
  await product.close();
  measured.print();
});

type ManifestRow = { readonly row: string; readonly file: string; readonly short_code: string };

async function manifestOf(batch: Batch): Promise<{ rows: readonly ManifestRow[]; files: ReadonlyMap<string, Buffer> }> {
  const files = filesOfZip((await driver.files.read(zipKey(batch))) ?? Buffer.alloc(0));
  const csv = files.get('manifest.csv') ?? Buffer.alloc(0);
  return { rows: parse(csv, { columns: true }), files };
}

async function itemsIn(table: string): Promise<readonly Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  const pages = paginateScan({ client: driver.documents }, { TableName: table, ConsistentRead: true });
  for await (const { Items = [] } of pages) items.push(...Items);
  return items;
}

const linksOf = async (batch: Pick<Batch, 'id'>): Promise<readonly string[]> =>
  (await itemsIn(driver.tables.links))
    .filter(({ creation_id: id }) => typeof id === 'string' && id.startsWith(`${batch.id}/`))
    .map(({ code }) => String(code));

const chunksOf = async (batch: Batch) => driver.work.chunks(batch);

async function quotaUsed(): Promise<number> {
  const { pk, sk } = createsKey('ws_demo');
  const item = (await itemsIn(driver.tables.accounts)).find((each) => each['pk'] === pk && each['sk'] === sk);
  return Number(item?.['links_used'] ?? 0);
}

const link = (index: number) => ({ link: { original_url: `https://example.com/${index}` }, name: `Table ${index}` });
/** An alias of somebody else: found to be taken only when it is made. */
const taken = { link: { original_url: 'https://example.com/', custom_alias: 'occupied' } };

async function occupy(): Promise<void> {
  const body = { original_url: 'https://example.com/', custom_alias: 'occupied' };
  const { status } = await product.api('/v1/urls', { body });
  expect([201, 409]).toContain(status);
}

test(
  `${ROWS} links with their codes come as one ZIP, every row once`,
  async () => {
    const warm = await driver.order({ items: ['https://example.com/'] });
    await driver.ended(warm.id);
    const startedAtMs = performance.now();
    const usedBefore = process.cpuUsage();
    const { id } = await driver.order({ items: Array.from({ length: ROWS }, (_, index) => link(index)) });
    const batch = await driver.ended(id);
    const tookMs = performance.now() - startedAtMs;
    const { user, system } = process.cpuUsage(usedBefore);
    measured.add(`${ROWS} rows, link and PNG each, from order to ZIP`, `${(tookMs / 1_000).toFixed(1)} s`);
    // What a machine that is busy with other things takes longer for.
    measured.add('of that, CPU of the whole laptop', `${((user + system) / 1e6).toFixed(1)} s`);
    expect(batch).toMatchObject({
      state: { status: 'succeeded' },
      progress: { total: ROWS, done: ROWS, failed: 0 },
      runLinks: ROWS,
    });
    const { rows, files } = await manifestOf(batch);
    expect(rows.map(({ row }) => Number(row))).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
    expect(new Set(await linksOf(batch))).toEqual(new Set(rows.map(({ short_code: code }) => code)));
    expect(files.size).toBe(ROWS + 1);
    expect(rows.every(({ file }) => files.get(file)?.toString('latin1', 1, 4) === 'PNG')).toBe(true);
  },
  LIMIT_MS,
);

test(
  'a row that fails leaves nothing, the others are there, and a retry makes it alone',
  async () => {
    await occupy();
    const used = await quotaUsed();
    const items = [
      link(0),
      taken,
      { foo: 1 },
      { short_code: 'not-yet' },
      ...Array.from({ length: 60 }, (_, n) => link(n)),
    ];
    const { id } = await driver.order({ items }, { plan: 'pro' });
    const first = await driver.ended(id);
    expect(first).toMatchObject({
      state: { status: 'succeeded_with_errors' },
      progress: { total: 64, done: 61, failed: 3 },
      quota: null,
    });
    expect(await quotaUsed()).toBe(used + 61);
    const before = await manifestOf(first);
    const errors = parse<Record<string, string>>(before.files.get('errors.csv') ?? '', { columns: true });
    expect(errors.map(({ row, column }) => [row, column])).toEqual([
      ['2', 'link.custom_alias'],
      ['3', 'foo'],
      ['4', 'short_code'],
    ]);

    const made = await product.api('/v1/urls', {
      body: { original_url: 'https://example.com/', custom_alias: 'not-yet' },
    });
    expect(made.status).toBe(201);
    await driver.retry(id);
    const second = await driver.ended(id);
    expect(second).toMatchObject({ run: 2, progress: { total: 64, done: 62, failed: 2 }, runLinks: 0, quota: null });
    expect(await quotaUsed()).toBe(used + 61);
    const after = await manifestOf(second);
    expect(after.rows.map(({ row }) => Number(row))).toEqual([1, 4, ...Array.from({ length: 60 }, (_, n) => n + 5)]);
    const former = new Set(before.rows.map(({ short_code: code }) => code));
    expect(after.rows.filter(({ short_code: code }) => !former.has(code)).map(({ row }) => row)).toEqual(['4']);
    expect(await linksOf(second)).toHaveLength(61);
  },
  LIMIT_MS,
);

test(
  'with rollback one row that fails takes all with it: links, files, chunks and quota',
  async () => {
    await occupy();
    const used = await quotaUsed();
    const items = [...Array.from({ length: 120 }, (_, index) => link(index)), taken];
    const { id } = await driver.order({ items }, { plan: 'pro', onFailure: 'rollback' });
    const batch = await driver.ended(id);
    expect(batch).toMatchObject({ state: { status: 'failed', failure: 'rolled_back' }, cleanup: 'done', quota: null });
    expect(await linksOf(batch)).toEqual([]);
    expect(await driver.filesOf(batch)).toEqual(['1/errors.csv']);
    expect(await chunksOf(batch)).toEqual([]);
    expect(await quotaUsed()).toBe(used);
    expect(await driver.batches.openIds('ws_demo')).toEqual([]);
    await expect(driver.retry(id)).rejects.toMatchObject({ word: 'BATCH_NOT_RETRYABLE' });
  },
  LIMIT_MS,
);

test(
  'a batch whose links have no room in the plan fails before anything is made',
  async () => {
    const used = await quotaUsed();
    const items = Array.from({ length: 1_000 }, (_, index) => link(index));
    const { id } = await driver.order({ items: [...items, ...items] }, { plan: 'free' });
    const batch = await driver.ended(id);
    expect(batch.state).toMatchObject({ status: 'failed', failure: 'quota' });
    expect(await quotaUsed()).toBe(used);
    expect(await linksOf(batch)).toEqual([]);
  },
  LIMIT_MS,
);

test.each(['continue', 'rollback'] as const)(
  'cancelled in the middle, on failure %s: what was cut short is taken back, and what is to be rolled back',
  async (onFailure) => {
    const used = await quotaUsed();
    const items = Array.from({ length: 600 }, (_, index) => link(index));
    const { id } = await driver.order({ items }, { plan: 'pro', onFailure });
    while ((await driver.find(id)).progress.done === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await driver.cancel(id);
    const batch = await driver.ended(id);
    const { done } = batch.progress;
    expect(batch).toMatchObject({ state: { status: 'cancelled' }, cleanup: 'done', quota: null });
    expect(done).toBeLessThan(600);
    const stays = onFailure === 'rollback' ? 0 : done;
    // A function that was at it when it was cancelled has noticed by now.
    expect(await linksOf(batch)).toHaveLength(stays);
    expect(await quotaUsed()).toBe(used + stays);
    if (onFailure === 'rollback') {
      expect(await driver.filesOf(batch)).toEqual([]);
      expect(await chunksOf(batch)).toEqual([]);
      return;
    }
    await driver.retry(id);
    const second = await driver.ended(id);
    expect(second).toMatchObject({ state: { status: 'succeeded' }, progress: { total: 600, done: 600, failed: 0 } });
    expect((await manifestOf(second)).rows).toHaveLength(600);
    expect(await linksOf(second)).toHaveLength(600);
    expect(await quotaUsed()).toBe(used + 600);
  },
  LIMIT_MS,
);
