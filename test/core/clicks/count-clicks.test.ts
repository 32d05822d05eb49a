import * as fc from 'fast-check';
import { newClickId } from '../../../core/clicks/click-id.ts';
import {
  BUCKETS,
  countClicks,
  countedId,
  MAX_TRANSACTION_ITEMS,
  packTransactions,
  windowOf,
} from '../../../core/clicks/count-clicks.ts';
import { tally } from '../../../core/clicks/counters.ts';
import type { Click } from '../../../core/clicks/row.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import type { Crash } from '../../fixtures/memory-count-store.ts';
import { Crashed, memoryCountStore } from '../../fixtures/memory-count-store.ts';

const DAY_MS = 86_400_000;

const aStream = (links: number, spanMs: number): fc.Arbitrary<Click[]> =>
  fc.array(
    fc
      .record({
        link: fc.nat(links - 1),
        afterMs: fc.nat(spanMs),
        country: fc.constantFrom('DE', 'US', 'ZZ'),
        bot: fc.boolean(),
      })
      .map(({ link, afterMs, country, bot }) =>
        aClick({ id: newClickId(NOW_MS + afterMs), code: `code${link}`, at_ms: NOW_MS + afterMs, country, bot }),
      ),
    { maxLength: 120 },
  );

/** What the counters must say in the end, counted the plain way. */
function truth(clicks: readonly Click[]): Record<string, Record<string, number>> {
  return Object.fromEntries(
    tally(clicks).map(({ domain, code, total, days }) => [
      `${domain}/${code}`,
      Object.fromEntries([
        ['all', total],
        ...[...days].flatMap(([day, names]) => [...names].map(([name, count]) => [`${day} ${name}`, count] as const)),
      ]),
    ]),
  );
}

const told = (store: ReturnType<typeof memoryCountStore>) =>
  Object.fromEntries([...store.counters].map(([link, counters]) => [link, Object.fromEntries(counters)]));

/** Delivers a batch as Lambda does: whole, again and again, until it is taken. */
async function deliver(store: ReturnType<typeof memoryCountStore>, batch: readonly Click[]): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      await countClicks(store, batch);
      return;
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
    }
  }
  throw new Error('never delivered');
}

describe('Counting clicks', () => {
  it('counts each click once, whatever is crashed, repeated, re-ordered, split, late or raced', async () => {
    const crashes = fc.infiniteStream(fc.constantFrom<Crash>(null, null, null, 'before', 'after'));
    const shuffles = fc.infiniteStream(fc.nat());
    await fc.assert(
      fc.asyncProperty(
        aStream(6, 3 * DAY_MS),
        crashes,
        shuffles,
        fc.integer({ min: 1, max: 40 }),
        async (clicks, crash, random, size) => {
          const store = memoryCountStore(() => crash.next().value ?? null);
          const next = (below: number): number => (random.next().value ?? 0) % below;
          // Producer retries: some clicks arrive two or three times, anywhere in the stream.
          const delivered = clicks.flatMap((click) => Array<Click>(1 + (next(4) === 0 ? 1 + next(2) : 0)).fill(click));
          for (let index = delivered.length - 1; index > 0; index -= 1) {
            const other = next(index + 1);
            [delivered[index], delivered[other]] = [delivered[other] as Click, delivered[index] as Click];
          }
          const batches = Array.from({ length: Math.ceil(delivered.length / size) }, (_, index) =>
            delivered.slice(index * size, (index + 1) * size),
          );
          // Two consumers at once, the second with the batches in halves, as Lambda bisects them.
          const halves = batches.flatMap((batch) => [
            batch.slice(batch.length >> 1),
            batch.slice(0, batch.length >> 1),
          ]);
          const lanes = [batches, halves].map(async (lane) => {
            for (const batch of lane) await deliver(store, batch);
          });
          await Promise.all(lanes);
          expect(told(store)).toEqual(truth(clicks));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('tells how many were counted and how many were known', async () => {
    const store = memoryCountStore();
    const clicks = [1, 2, 3].map(() => aClick({ id: newClickId(NOW_MS) }));
    expect(await countClicks(store, [...clicks, ...clicks])).toEqual({ counted: 3, duplicates: 3 });
    expect(await countClicks(store, clicks)).toEqual({ counted: 0, duplicates: 3 });
    expect(await countClicks(store, [])).toEqual({ counted: 0, duplicates: 0 });
  });

  it('writes a link once per day, however many clicks it had', async () => {
    const store = memoryCountStore();
    await countClicks(
      store,
      Array.from({ length: 1_000 }, () => aClick({ id: newClickId(NOW_MS) })),
    );
    expect(store.transactions.map(store.itemsOf)).toEqual([3]);
  });

  it('knows a late repeat of a click that was counted a day ago', async () => {
    const store = memoryCountStore();
    const old = aClick({ id: newClickId(NOW_MS - DAY_MS), at_ms: NOW_MS - DAY_MS });
    await countClicks(store, [old]);
    await countClicks(
      store,
      Array.from({ length: 500 }, (_, index) => aClick({ id: newClickId(NOW_MS), at_ms: NOW_MS + index })),
    );
    expect(await countClicks(store, [old])).toEqual({ counted: 0, duplicates: 1 });
  });

  it('drops late clicks of an erased link and counts all others beside them', async () => {
    const store = memoryCountStore();
    const of = (code: string, count: number) =>
      Array.from({ length: count }, (_, index) =>
        aClick({ id: newClickId(NOW_MS), code, at_ms: NOW_MS + index * 400 }),
      );
    await countClicks(store, [...of('gone1', 2), ...of('kept1', 2)]);
    for (const code of ['gone1', 'gone2']) store.erase({ domain: 'default', code });
    const late = [...of('gone1', 5), ...of('kept1', 5), ...of('gone2', 5), ...of('kept2', 5)];
    expect(await countClicks(store, late)).toEqual({ counted: 10, duplicates: 10 });
    expect(await countClicks(store, late)).toEqual({ counted: 0, duplicates: 20 });
    expect([...store.counters].map(([link, counters]) => [link, counters.get('all')])).toEqual([
      ['default/kept1', 7],
      ['default/kept2', 5],
    ]);
  });

  it('says so when a store refuses links that nobody counted', async () => {
    const erased = { erased: [{ domain: 'default', code: 'other' }] };
    const store = { ...memoryCountStore(), apply: () => Promise.resolve(erased) };
    await expect(countClicks(store, [aClick()])).rejects.toThrow('not in the transaction');
  });

  it('gives up on a store that stays contended, and has counted nothing', async () => {
    const store = { ...memoryCountStore(), apply: () => Promise.resolve('conflict' as const) };
    await expect(countClicks(store, [aClick()])).rejects.toThrow('stayed contended');
    expect(store.counters.size).toBe(0);
  });
});

describe('Transactions', () => {
  it('never hold more items than DynamoDB takes, and lose no click', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(aStream(100, 60_000), aStream(3, 30 * DAY_MS), aStream(40, 2 * DAY_MS)),
        async (clicks) => {
          const groups = packTransactions(clicks);
          expect(
            groups
              .flat()
              .map(({ id }) => id)
              .sort(),
          ).toEqual(clicks.map(({ id }) => id).sort());
          const store = memoryCountStore();
          for (const group of groups) await countClicks(store, group);
          for (const transaction of store.transactions)
            expect(store.itemsOf(transaction)).toBeLessThanOrEqual(MAX_TRANSACTION_ITEMS);
          expect(told(store)).toEqual(truth(clicks));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are as few as can be for a full batch: a thousand clicks of twenty links in one second take one', () => {
    const clicks = Array.from({ length: 1_000 }, (_, index) =>
      aClick({ id: newClickId(NOW_MS), code: `code${index % 20}` }),
    );
    expect(packTransactions(clicks)).toHaveLength(1);
  });
});

describe('A window', () => {
  it('follows from the click alone: its link and the second of its own time', () => {
    const { bucket } = windowOf(aClick());
    for (const afterMs of [0, 1, 999])
      expect(windowOf(aClick({ at_ms: NOW_MS + afterMs }))).toEqual({ bucket, startS: NOW_MS / 1_000 });
    expect(windowOf(aClick({ at_ms: NOW_MS + 1_000 }))).toEqual({ bucket, startS: NOW_MS / 1_000 + 1 });
    expect(windowOf(aClick({ at_ms: NOW_MS - 1 }))).toEqual({ bucket, startS: NOW_MS / 1_000 - 1 });
  });

  it('spreads links over its buckets', () => {
    const counts = new Map<number, number>();
    for (let link = 0; link < 6_400; link += 1) {
      const { bucket } = windowOf(aClick({ code: `code${link}` }));
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    expect(counts.size).toBe(BUCKETS);
    expect(Math.max(...counts.values())).toBeLessThan((6_400 / BUCKETS) * 1.5);
  });

  it('tells clicks apart by the random half of their id', () => {
    expect(countedId(aClick())).toBe(aClick().id.slice(10));
    expect(countedId(aClick())).toHaveLength(16);
  });
});
