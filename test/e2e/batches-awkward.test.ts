import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { createsKey } from '../../adapters/limits.ts';
import type { BatchAnswer } from '../../lambdas/batches/schemas.ts';
import type { FaultInjection } from '../../local/engines/engine.ts';
import { batchDriver } from '../fixtures/batch-driver.ts';
import { batchCustomer, errorsOf, MADE_WITHIN_MS, manifestOf } from './batch-customer.ts';
import { refusal } from './problem.ts';
import { eventually, type Product, startProduct } from './product.ts';

/** Batches at moments that nobody would choose: every row once or not at all, and nothing left of what is rolled back. */
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
const { order, ended, upload, verb } = batchCustomer(() => product, { format: 'svg', size: 128 });

const link = (members: object) => ({ link: { original_url: 'https://example.com/', ...members } });
const texts = (count: number) => Array.from({ length: count }, (_, at) => ({ text: `text ${at}` }));

const itemsIn = async (table: string): Promise<readonly Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan(
    { client: driver.documents },
    { TableName: table, ConsistentRead: true },
  ))
    items.push(...Items);
  return items;
};
async function quotaUsed(): Promise<number> {
  const { pk, sk } = createsKey('ws_demo');
  const item = (await itemsIn(driver.tables.accounts)).find((each) => each['pk'] === pk && each['sk'] === sk);
  return Number(item?.['links_used'] ?? 0);
}
const linksOf = async (id: string): Promise<readonly string[]> =>
  (await itemsIn(driver.tables.links))
    .filter(({ creation_id: made }) => String(made).startsWith(`${id}/`))
    .map(({ pk, sk }) => `${String(pk)} ${String(sk)}`);
/** Nobody is at the batch any more, and it has left nothing. */
async function leavesNothing(id: string): Promise<void> {
  const batch = await driver.ended(id, MADE_WITHIN_MS);
  expect([batch.cleanup, batch.quota]).toEqual(['done', null]);
  await eventually(
    async () => (await driver.filesOf(batch)).filter((file) => !file.endsWith('errors.csv')),
    (files) => files.length === 0,
    10_000,
  );
  expect(await linksOf(id)).toEqual([]);
  expect(await driver.work.chunks(batch)).toEqual([]);
  expect(await driver.batches.openIds('ws_demo')).not.toContain(id);
}
const many = (count: number) => Array.from({ length: count }, (_, at) => link({ title: `${at}` }));

describe('rows that want the same alias', () => {
  test('get it once, whichever chunk they are of; what somebody has they do not get', async () => {
    await product.api('/v1/urls', { body: { original_url: 'https://example.com/', custom_alias: 'awkward-taken' } });
    const alias = (custom_alias: string) => link({ custom_alias });
    const items = [
      alias('awkward-one'),
      alias('awkward-one'),
      alias('awkward-taken'),
      ...texts(60),
      alias('awkward-one'),
      alias('AWKWARD-ONE'),
    ];
    const batch = await ended(await order({ items }));
    const errors = await errorsOf(batch);
    for (const { column, reason } of errors)
      expect([column, reason]).toEqual(['link.custom_alias', expect.stringMatching(/\w/)]);
    const made = (await manifestOf(batch)).map(({ short_code: code }) => code).filter((code) => code !== '');
    expect(made.filter((code) => code === 'awkward-one')).toHaveLength(1);
    expect(errors.length + made.length).toBe(5);
    expect(await linksOf(batch.batch_id)).toHaveLength(made.length);
  });
});

describe('at the same moment', () => {
  test('two cancels are one, and two retries one retry', async () => {
    const { batch_id: id } = await order({ items: texts(500) });
    expect(refusal(await verb(id, 'retry'))).toEqual([409, 'BATCH_NOT_RETRYABLE']);
    const cancels = await Promise.all([verb(id, 'cancel'), verb(id, 'cancel'), verb(id, 'cancel')]);
    expect(cancels.map((answer) => [answer.status, answer.json<BatchAnswer>().status])).toEqual([
      [200, 'cancelled'],
      [200, 'cancelled'],
      [200, 'cancelled'],
    ]);
    await driver.ended(id);
    const retries = await Promise.all([verb(id, 'retry'), verb(id, 'retry'), verb(id, 'retry')]);
    expect(retries.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([202, 409, 409]);
    for (const name of ['cancel', 'retry'] as const)
      expect(refusal(await verb(id, name, product.freeKey))).toEqual([404, 'BATCH_NOT_FOUND']);
    const batch = await driver.ended(id);
    expect(batch).toMatchObject({
      run: 2,
      state: { status: 'succeeded' },
      progress: { total: 500, done: 500, failed: 0 },
    });
  });
});

/** A fault of an engine for one role and the actions that begin so. */
const refusedTo =
  (role: string, actions: string): FaultInjection['faultFor'] =>
  ({ accessKeyId, action }) =>
    accessKeyId.startsWith(role) && action.startsWith(actions)
      ? { kind: 'refuse', status: 500, errorType: 'InternalServerError' }
      : null;

describe('what is to be rolled back leaves nothing', () => {
  /** Who is kept from going on, and where, so that the batch is still in the phase when it is cancelled. */
  const heldIn: Readonly<Record<string, readonly ['dynamoDb' | 's3', string]>> = {
    queued: ['dynamoDb', 'BatchPlan'],
    planning: ['s3', 'BatchPlan'],
    finishing: ['s3', 'BatchFinish'],
  };

  test.each(['queued', 'planning', 'making', 'finishing'])('cancelled while it is %s', async (phase) => {
    const used = await quotaUsed();
    const lines = many(600).map((item) => JSON.stringify(item));
    const uploadId = await upload('jsonl', lines.join('\n'));
    const { engines } = product.laptop;
    const [engine, role] = heldIn[phase] ?? ['s3', 'nobody'];
    engines[engine].faultFor = refusedTo(role, engine === 's3' ? 's3:PutObject' : 'dynamodb:');
    const { batch_id: id } = await order({ upload_id: uploadId, on_failure: 'rollback', format: 'png' });
    await eventually(
      () => driver.find(id),
      ({ state }) => (state.status === 'running' ? state.phase : state.status) === phase,
      MADE_WITHIN_MS,
    );
    expect((await verb(id, 'cancel')).json<BatchAnswer>().status).toBe('cancelled');
    engines[engine].faultFor = null;
    await leavesNothing(id);
    expect(await quotaUsed()).toBe(used);
  });

  test('where the function that rolls back is killed, and refused', async () => {
    const used = await quotaUsed();
    const taken = link({ custom_alias: 'awkward-taken' });
    const { id } = await driver.order({ items: [...many(200), taken] }, { plan: 'pro', onFailure: 'rollback' });
    let calls = 0;
    product.laptop.engines.dynamoDb.faultFor = ({ accessKeyId }) =>
      accessKeyId.startsWith('BatchRollback') && (calls += 1) % 50 > 40
        ? { kind: 'refuse', status: 500, errorType: 'InternalServerError' }
        : null;
    await eventually(
      async () => calls,
      (made) => made > 100,
      MADE_WITHIN_MS,
    );
    await product.laptop.host.kill(functionNamed('BatchRollback'));
    await leavesNothing(id);
    product.laptop.engines.dynamoDb.faultFor = null;
    expect(await quotaUsed()).toBe(used);
  });

  test('also of a link that its owner changed meanwhile; what they deleted stays deleted', async () => {
    const aliases = ['awkward-changed', 'awkward-deleted', 'awkward-visited'].map((custom_alias) =>
      link({ custom_alias }),
    );
    product.laptop.engines.s3.faultFor = refusedTo('BatchFinish', 's3:PutObject');
    const { id } = await driver.order({ items: [...aliases, ...many(300)] }, { plan: 'pro', onFailure: 'rollback' });
    await eventually(
      async () => (await driver.work.chunks(await driver.find(id))).find(({ chunk }) => chunk === 0)?.state,
      (state) => state === 'done',
      MADE_WITHIN_MS,
    );
    const changed = { method: 'PATCH', body: { original_url: 'https://example.com/mine' } };
    expect((await product.api('/v1/urls/awkward-changed', changed)).status).toBe(200);
    expect((await product.api('/v1/urls/awkward-deleted', { method: 'DELETE' })).status).toBe(204);
    expect((await product.visit('/awkward-visited')).status).toBe(302);
    expect((await product.visit('/awkward-changed')).status).toBe(302);
    await driver.cancel(id);
    product.laptop.engines.s3.faultFor = null;
    await driver.ended(id);
    const left = (await itemsIn(driver.tables.links)).filter(({ pk }) => /awkward-(changed|visited)/.test(String(pk)));
    expect(left).toEqual([]);
    await eventually(
      async () =>
        (await Promise.all(['changed', 'visited'].map((name) => product.visit(`/awkward-${name}`)))).map(
          ({ status }) => status,
        ),
      (statuses) => statuses.every((status) => status === 404),
      2_500,
    );
    const again = (custom_alias: string) =>
      product.api('/v1/urls', { body: { original_url: 'https://example.com/', custom_alias } });
    expect((await again('awkward-changed')).status).toBe(201);
    expect(refusal(await again('awkward-deleted'))).toEqual([409, 'ALIAS_TAKEN']);
  });
});

test('rows of a chunk that cannot be made have failed, and are counted so', async () => {
  product.laptop.engines.s3.faultFor = ({ action, resourceArns }) =>
    action === 's3:PutObject' && resourceArns.some((arn) => arn.includes('parts/00001'))
      ? { kind: 'refuse', status: 500, errorType: 'InternalError' }
      : null;
  const batch = await ended(await order({ items: texts(120) }));
  product.laptop.engines.s3.faultFor = null;
  expect(batch).toMatchObject({ status: 'succeeded_with_errors', total: 120, done: 70, failed: 50 });
  expect(await errorsOf(batch)).toHaveLength(50);
  expect(await manifestOf(batch)).toHaveLength(70);
  await verb(batch.batch_id, 'retry');
  expect(await ended(batch)).toMatchObject({ status: 'succeeded', total: 120, done: 120, failed: 0 });
}, 120_000);

const functionNamed = (name: string): string => {
  const found = product.laptop.plan.functions.find((one) => one.name.includes(name));
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  return found.name;
};
