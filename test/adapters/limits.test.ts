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

describe('Limits', () => {
  const CREATES = { name: 'creates', limit: 10, windowS: 60 };

  it('of a workspace say what remains, before, during and beyond', async () => {
    const limits = rateLimitStore(windowCounter(tables.client, 'accounts'));
    const resetAtMs = NOW_MS + 60_000;
    expect(await limits.peek('ws_a', CREATES, NOW_MS)).toEqual({ limit: 10, remaining: 10, resetAtMs });
    expect(await limits.take('ws_a', CREATES, 9, NOW_MS)).toEqual({
      limit: 10,
      remaining: 1,
      resetAtMs,
      allowed: true,
    });
    expect(await limits.take('ws_a', CREATES, 2, NOW_MS)).toEqual({
      limit: 10,
      remaining: 1,
      resetAtMs,
      allowed: false,
    });
    expect(await limits.peek('ws_a', CREATES, NOW_MS)).toEqual({ limit: 10, remaining: 1, resetAtMs });
    expect(await limits.peek('ws_b', CREATES, NOW_MS)).toMatchObject({ remaining: 10 });
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
