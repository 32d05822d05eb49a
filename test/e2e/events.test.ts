import { setTimeout as sleep } from 'node:timers/promises';
import { type Announced, announcedOf } from '../fixtures/announced.ts';
import { batchDriver } from '../fixtures/batch-driver.ts';
import { eventually, type Product, startProduct } from './product.ts';

let product: Product;
let driver: ReturnType<typeof batchDriver>;
beforeAll(async () => {
  product = await startProduct();
  driver = batchDriver(product.laptop);
}, 60_000);
afterAll(async () => {
  driver.close();
  await product.close();
});

const announced = (batchId: string): readonly Announced[] => announcedOf(product.laptop, batchId);

const told = (batchId: string, events = 1): Promise<readonly Announced[]> =>
  eventually(
    async () => announced(batchId),
    ({ length }) => length >= events,
    20_000,
  );

/** Everything that is on its way has arrived. */
const quiet = () => product.laptop.pumps.idle();

const GOOD = { text: 'a' };
const BAD = { short_code: 'nobody-has' };

describe('the end of a batch', () => {
  test('is announced once, with its numbers, and tidying up is no second end', async () => {
    const answer = await product.api('/v1/qr/batches', { body: { items: [GOOD, BAD, GOOD], size: 128 } });
    const { batch_id: id } = answer.json<{ batch_id: string }>();
    await driver.ended(id);
    const [event] = await told(id);
    await quiet();
    expect(announced(id)).toHaveLength(1);
    expect(event).toMatchObject({
      source: 'signpost',
      'detail-type': 'qr.batch_completed',
      detail: {
        type: 'qr.batch_completed',
        version: 1,
        workspace_id: 'ws_demo',
        data: { run: 1, status: 'succeeded_with_errors', reason: null, total: 3, done: 2, failed: 1 },
      },
    });
    const { ended_at: endedAt } = (await product.api(`/v1/qr/batches/${id}`)).json<{ ended_at: string }>();
    expect(event?.detail.occurred_at).toBe(endedAt);
    // A retry that ends again is another event.
    await product.api(`/v1/qr/batches/${id}/retry`, { method: 'POST' });
    const runs = await told(id, 2);
    expect(runs.map(({ detail }) => detail.data.run)).toEqual([1, 2]);
    expect(new Set(runs.map(({ detail }) => detail.id)).size).toBe(2);
  });

  test.each([
    ['rolled back', { onFailure: 'rollback' }, { status: 'failed', reason: 'rolled_back', done: 1, failed: 1 }],
    ['cancelled', {}, { status: 'cancelled', reason: null }],
  ] as const)('%s is announced once as well', async (what, order, data) => {
    const link = { link: { original_url: 'https://example.com/' } };
    const items = what === 'cancelled' ? Array.from({ length: 300 }, () => link) : [link, BAD];
    const { id } = await driver.order({ items }, order);
    if (what === 'cancelled') await driver.cancel(id);
    expect(await driver.ended(id)).toMatchObject({ cleanup: 'done' });
    await told(id);
    await quiet();
    expect(announced(id).map(({ detail }) => detail.data)).toEqual([expect.objectContaining(data)]);
  });

  test('is announced when the bus answers again, and an answer that was lost makes no second id', async () => {
    const { eventBridge } = product.laptop.engines;
    let calls = 0;
    eventBridge.faultFor = () => {
      calls += 1;
      if (calls <= 4) return { kind: 'refuse', status: 500, errorType: 'InternalException' };
      return calls <= 8 ? { kind: 'lose-answer' } : null;
    };
    const { id } = await driver.order({ items: [GOOD] });
    await driver.ended(id);
    const events = await told(id, 2);
    await eventually(
      async () => calls,
      (seen) => seen > 8,
      20_000,
    );
    eventBridge.faultFor = null;
    await quiet();
    expect(events.length).toBeGreaterThan(1);
    expect(new Set(announced(id).map(({ detail }) => JSON.stringify(detail))).size).toBe(1);
  });

  test('is announced when the function was killed in between', async () => {
    const { engines, host, plan } = product.laptop;
    const { eventBridge } = engines;
    const announce = plan.functions.find(({ name }) => name.startsWith('Announce'))?.name ?? '';
    let held = 0;
    eventBridge.faultFor = () => {
      held += 1;
      return held === 1 ? { kind: 'hang' } : null;
    };
    const { id } = await driver.order({ items: [GOOD] });
    await driver.ended(id);
    await eventually(
      async () => held,
      (seen) => seen > 0,
      20_000,
    );
    await host.kill(announce);
    await told(id);
    eventBridge.faultFor = null;
    await sleep(200);
    await quiet();
    expect(announced(id).map(({ detail }) => detail.data)).toEqual([
      expect.objectContaining({ status: 'succeeded', total: 1, done: 1, failed: 0 }),
    ]);
  });
});
