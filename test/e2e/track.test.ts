import { randomUUID } from 'node:crypto';
import { refusal } from './problem.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.close());

type Counted = {
  readonly type: string;
  readonly name: string | null;
  readonly events: number;
  readonly revenue: unknown;
};

async function newLink(): Promise<string> {
  const code = `told-${randomUUID().slice(0, 8)}`;
  const made = await product.api('/v1/urls', { body: { original_url: 'https://example.com/', custom_alias: code } });
  expect(made.status).toBe(201);
  return code;
}

const track = (body: object, key = product.key, path = '/v1/analytics/track') => product.api(path, { body, key });

const countsOf = async (code: string): Promise<readonly Counted[]> =>
  (await product.api(`/v1/analytics/events?short_code=${code}`)).json<{ data: readonly Counted[] }>().data;

describe('tracked events', () => {
  test('are counted once, whichever path they come by and however often', async () => {
    const code = await newLink();
    const event = {
      event_id: randomUUID(),
      type: 'purchase',
      short_code: code,
      properties: { amount: 4_900, currency: 'EUR' },
    };
    const [first, ...others] = [
      await track(event),
      await track(event, product.key, '/analytics/track'),
      await track(event, product.key, '/analytics'),
    ];
    expect(first?.status).toBe(201);
    for (const other of others) expect([other.status, other.text]).toEqual([201, first?.text]);
    expect(refusal(await track({ ...event, properties: { amount: 1, currency: 'EUR' } }))).toEqual([
      422,
      'IDEMPOTENCY_MISMATCH',
    ]);
    expect(await countsOf(code)).toMatchObject([
      { type: 'purchase', events: 1, revenue: [{ currency: 'EUR', purchases: 1, amount: 4_900 }] },
    ]);
  });

  test('are refused for unknown types, links of others and callers who may not', async () => {
    const code = await newLink();
    const event = { event_id: randomUUID(), type: 'lead', short_code: code };
    expect(refusal(await track({ ...event, type: 'sale' }))).toEqual([400, 'VALIDATION_FAILED']);
    expect(refusal(await track(event, product.freeKey))).toEqual([404, 'URL_NOT_FOUND']);
    expect(refusal(await track(event, await product.keyWith(['analytics:read'])))).toEqual([403, 'FORBIDDEN']);
    expect(await countsOf(code)).toEqual([]);
  });

  test('are counted once each while the function that counts them is killed again and again', async () => {
    const code = await newLink();
    const name = product.laptop.plan.functions.find((one) => one.name.startsWith('TrackFunction'))?.name ?? '';
    const ids = Array.from({ length: 120 }, () => randomUUID());
    const counted = new Set<string>();
    const tell = async (event_id: string): Promise<void> => {
      const event = { event_id, type: 'custom', short_code: code, properties: { name: 'trial_started' } };
      while ((await track(event)).status !== 201);
      counted.add(event_id);
    };
    const told = Promise.all(ids.map(tell));
    let kills = 0;
    while (counted.size < ids.length && kills < 20) {
      await product.laptop.host.kill(name);
      kills += 1;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await told;
    expect(kills).toBeGreaterThan(1);
    expect(await countsOf(code)).toMatchObject([{ type: 'custom', name: 'trial_started', events: ids.length }]);
  }, 60_000);
});
