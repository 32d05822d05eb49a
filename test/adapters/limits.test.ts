import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { idempotencyStore } from '../../adapters/idempotency-store.ts';
import { attemptStore, rateLimitStore } from '../../adapters/limits.ts';
import { windowCounter } from '../../adapters/window-counter.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memoryIdempotencyStore } from '../fixtures/memory-idempotency-store.ts';
import { memoryWindowCounter } from '../fixtures/memory-window-counter.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';
import { idempotencyStoreContract } from './contracts/idempotency-store.ts';
import { windowCounterContract } from './contracts/window-counter.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const inMemory = { windows: memoryWindowCounter(), idempotency: memoryIdempotencyStore() };
windowCounterContract('in memory', () => inMemory.windows);
windowCounterContract('in DynamoDB', () => windowCounter(tables.client, 'accounts'));
idempotencyStoreContract('in memory', () => inMemory.idempotency);
idempotencyStoreContract('in DynamoDB', () => idempotencyStore(tables.client, 'accounts'));

describe('An idempotency key in DynamoDB', () => {
  it('is kept as a hash, and once answered without what its secrets follow from', async () => {
    const store = idempotencyStore(tables.client, 'accounts');
    const request = { workspaceId: 'ws_kept', key: 'usr_1#ada@example.com', requestHash: 'hash' };
    await store.begin(request, 'the seed', NOW_MS);
    await store.finish(request, { status: 201, headers: {}, body: '{}' });
    const { Items } = await tables.client.send(
      new QueryCommand({
        TableName: 'accounts',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'ws#ws_kept' },
      }),
    );
    expect(Items).toHaveLength(1);
    for (const secret of ['usr_1', 'ada@example.com', 'the seed']) expect(JSON.stringify(Items)).not.toContain(secret);
    expect(await store.begin(request, 'another seed', NOW_MS + 1)).toMatchObject({ kind: 'answered' });
  });
});

describe('Limits', () => {
  const CREATES = { name: 'creates', limit: 10, windowS: 60 };
  const LINKS = { name: 'links', limit: 1_000, windowS: 2_592_000 };

  it('of a workspace say what remains of each, before, during and beyond', async () => {
    const limits = rateLimitStore(windowCounter(tables.client, 'accounts'));
    const both = [CREATES, LINKS];
    const standing = (creates: number, links: number) => [
      { ...CREATES, remaining: creates, resetAtMs: NOW_MS + 60_000 },
      { ...LINKS, remaining: links, resetAtMs: NOW_MS + 2_592_000_000 },
    ];
    expect(await limits.peek('ws_a', both, NOW_MS)).toEqual(standing(10, 1_000));
    expect(await limits.take('ws_a', both, 9, NOW_MS)).toEqual({ states: standing(1, 991), allowed: true });
    expect(await limits.take('ws_a', both, 2, NOW_MS)).toEqual({ states: standing(1, 991), allowed: false });
    expect(await limits.peek('ws_a', both, NOW_MS)).toEqual(standing(1, 991));
    expect(await limits.peek('ws_b', [CREATES], NOW_MS)).toMatchObject([{ remaining: 10 }]);
  });

  it('of a workspace cost one write while their windows are open', async () => {
    const limits = rateLimitStore(windowCounter(tables.client, 'accounts'));
    const take = () => limits.take('ws_calls', [CREATES, LINKS], 1, NOW_MS);
    await take();
    const actions: string[] = [];
    tables.engine.faultFor = ({ action }) => {
      actions.push(action);
      return null;
    };
    try {
      for (let use = 0; use < 5; use += 1) await take();
      expect(actions).toEqual(Array.from({ length: 5 }, () => 'dynamodb:UpdateItem'));
    } finally {
      tables.engine.faultFor = null;
    }
  });

  it('of a workspace outlive the tidying of the shorter window', async () => {
    const counter = windowCounter(tables.client, 'accounts');
    const key = { pk: 'ws#ttl', sk: 'limit#creates' };
    const windows = [
      { name: 'creates', max: 10, windowS: 60 },
      { name: 'links', max: 10, windowS: 2_592_000 },
    ];
    await counter.takeFromAll(key, 1, windows, NOW_MS);
    await counter.takeFromAll(key, 1, windows, NOW_MS + 60_000);
    const { Item } = await tables.client.send(new GetCommand({ TableName: 'accounts', Key: key }));
    expect(Number(Item?.['ttl_s']) * 1_000).toBeGreaterThan(Number(Item?.['links_reset_at_ms']));
  });

  it('of password attempts are kept per link and client, and a right one is given back', async () => {
    const attempts = attemptStore(windowCounter(tables.client, 'accounts'));
    const take = (code: string, client: string) =>
      attempts.take('default', code, client, { max: 2, windowS: 600 }, NOW_MS);
    expect(await take('a', 'client')).toMatchObject({ allowed: true, remaining: 1 });
    await attempts.giveBack('default', 'a', 'client');
    expect(await take('a', 'client')).toMatchObject({ allowed: true, remaining: 1 });
    expect(await take('a', 'client')).toMatchObject({ allowed: true, remaining: 0 });
    expect(await take('a', 'client')).toEqual({ allowed: false, remaining: 0, resetAtMs: NOW_MS + 600_000 });
    expect(await take('a', 'other')).toMatchObject({ allowed: true });
    expect(await take('b', 'client')).toMatchObject({ allowed: true });
  });
});

describe('A lost answer', () => {
  it('to a take costs the caller a use at most, and never lets more through than the limit', async () => {
    const counter = windowCounter(tables.client, 'accounts');
    let calls = 0;
    tables.engine.faultFor = ({ action }) => {
      if (action !== 'dynamodb:UpdateItem') return null;
      calls += 1;
      return calls % 8 === 0 ? { kind: 'lose-answer' } : null;
    };
    try {
      const key = { pk: 'ws#lossy', sk: 'limit#creates' };
      const outcomes = await Promise.all(Array.from({ length: 40 }, () => counter.take(key, 1, 10, 60, NOW_MS)));
      const allowed = outcomes.filter((outcome) => outcome.allowed).length;
      expect(allowed).toBeLessThanOrEqual(10);
      expect(allowed).toBeGreaterThan(0);
    } finally {
      tables.engine.faultFor = null;
    }
  });
});
