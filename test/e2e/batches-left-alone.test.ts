import { batchDriver } from '../fixtures/batch-driver.ts';
import { readEvents } from '../fixtures/event-reader.ts';
import { eventually, type Product, startProduct } from './product.ts';

const MADE_WITHIN_MS = 60_000;

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.close());

describe('a batch whose run was stopped by hand', () => {
  type Seen = { readonly event: string; readonly data: string };

  /** Stopped when some of its 500 links are made, which are all to go when it fails. */
  async function stopped(): Promise<{ readonly id: string; readonly driver: ReturnType<typeof batchDriver> }> {
    const driver = batchDriver(product.laptop);
    const items = Array.from({ length: 500 }, (_, at) => ({ link: { original_url: `https://example.com/${at}` } }));
    const { id } = await driver.order({ items }, { plan: 'pro', onFailure: 'rollback' });
    await eventually(
      () => driver.find(id),
      ({ runLinks }) => runLinks > 0,
      MADE_WITHIN_MS,
    );
    await driver.runs.stop(await driver.find(id));
    return { id, driver };
  }

  test('is told as failed within seconds to who watches it, and leaves nothing', async () => {
    const { id, driver } = await stopped();
    const reader = await readEvents(`${product.app}/v1/qr/batches/${id}/events`, {
      authorization: `Bearer ${product.key}`,
    });
    const startedAtMs = Date.now();
    let seen: Seen = await reader.next();
    while (seen.event !== 'done') seen = await reader.next();
    expect(JSON.parse(seen.data)).toMatchObject({ status: 'failed' });
    expect(Date.now() - startedAtMs).toBeLessThan(15_000);
    expect(await driver.ended(id)).toMatchObject({ state: { failure: 'internal' }, cleanup: 'done', quota: null });
    expect(await driver.filesOf(await driver.find(id))).toEqual([]);
    driver.close();
  }, 90_000);

  test('is ended and rolled back by the clock where nobody asks', async () => {
    const { id, driver } = await stopped();
    const [minutely] = product.laptop.plan.schedules.filter(({ name }) => name.includes('BatchSweep'));
    expect(minutely?.times).toEqual({ kind: 'rate', everyS: 60 });
    await eventually(
      async () => {
        await product.laptop.host.invoke(minutely?.functionName ?? '', {});
        return driver.find(id);
      },
      ({ cleanup }) => cleanup === 'done',
      MADE_WITHIN_MS,
    );
    expect(await driver.find(id)).toMatchObject({ state: { status: 'failed', failure: 'internal' }, quota: null });
    expect(await driver.filesOf(await driver.find(id))).toEqual([]);
    const left: unknown[] = [];
    for await (const ids of driver.batches.unsettled()) left.push(...ids.filter((each) => each.id === id));
    expect(left).toEqual([]);
    driver.close();
  }, 90_000);
});
