import { randomBytes } from 'node:crypto';
import { saltForgetting, saltStore } from '../../adapters/salts.ts';
import { TABLES } from '../../adapters/table.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
beforeEach(async () => {
  tables = await startTables();
});
afterEach(() => tables.close());

const items = async (): Promise<unknown> => (await tables.lean('Scan', { TableName: 'salts' }, 1_000))['Items'];
const TODAY = '2026-11-21';
const TOMORROW = '2026-11-22';

describe('The day’s salt in its table', () => {
  it('is one, whoever asks and however many at once', async () => {
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => saltStore(tables.lean, 'salts').take(TODAY, randomBytes(32), 5_000)),
    );
    expect(new Set(taken.map((salt) => Buffer.from(salt).toString('hex'))).size).toBe(1);
    expect(taken[0]).toHaveLength(32);
    expect(await items()).toHaveLength(1);
  });

  it('is overwritten by the next day’s: then it is in no item, no backup and no stream', async () => {
    const store = saltStore(tables.lean, 'salts');
    const [today, tomorrow] = [randomBytes(32), randomBytes(32)];
    await store.take(TODAY, today, 1_000);
    expect(JSON.stringify(await items())).toContain(today.toString('base64url'));
    expect(await store.take(TOMORROW, tomorrow, 1_000)).toEqual(tomorrow);
    expect(JSON.stringify(await items())).not.toContain(today.toString('base64url'));
    expect(TABLES.salts).toMatchObject({ forgets: true });
    expect(TABLES.salts).not.toHaveProperty('stream');
  });

  it('does not come back: who still lives in yesterday gets none', async () => {
    const store = saltStore(tables.lean, 'salts');
    await store.take(TOMORROW, randomBytes(32), 1_000);
    const before = await items();
    await expect(store.take(TODAY, randomBytes(32), 1_000)).rejects.toThrow('2026-11-21 is gone');
    expect(await items()).toEqual(before);
  });

  it('expires two hours after its day where nothing else removed it', async () => {
    await saltStore(tables.lean, 'salts').take(TODAY, randomBytes(32), 1_000);
    const sweepAt = (iso: string) => tables.engine.sweepExpired('salts', 'ttl_s', Date.parse(iso) / 1_000);
    await sweepAt('2026-11-22T01:59:59Z');
    expect(await items()).toHaveLength(1);
    await sweepAt('2026-11-22T02:00:00Z');
    expect(await items()).toEqual([]);
  });

  it.each([
    [TODAY, 1],
    [TOMORROW, 0],
  ])('is removed when its day is over, also without a visit: asked on %s, %i are left', async (day, left) => {
    await saltStore(tables.lean, 'salts').take(TODAY, randomBytes(32), 1_000);
    await saltForgetting(tables.lean, 'salts')(day);
    expect(await items()).toHaveLength(left);
  });

  it('that is not there any more is no trouble, a table that is away is', async () => {
    const forget = saltForgetting(tables.lean, 'salts');
    await expect(forget(TOMORROW)).resolves.toBeUndefined();
    tables.engine.faultFor = () => ({ kind: 'refuse', status: 500, errorType: 'InternalServerError' });
    await expect(forget(TOMORROW)).rejects.toThrow('InternalServerError');
  });

  it('is not waited for longer than asked', async () => {
    tables.engine.faultFor = () => ({ kind: 'hang' });
    const startedMs = performance.now();
    await expect(saltStore(tables.lean, 'salts').take(TODAY, randomBytes(32), 50)).rejects.toThrow('did not answer');
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
