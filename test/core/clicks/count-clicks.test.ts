import * as fc from 'fast-check';
import { newClickId } from '../../../core/clicks/click-id.ts';
import type { CountDeps, CountOutcome } from '../../../core/clicks/count-clicks.ts';
import { countClicks } from '../../../core/clicks/count-clicks.ts';
import { MAX_VALUES } from '../../../core/clicks/long-tail.ts';
import type { Click } from '../../../core/clicks/row.ts';
import { linkOf, workspaceOf } from '../../../core/clicks/subject.ts';
import { ClickTruth } from '../../fixtures/click-truth.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import type { Crash, MemoryCountStore } from '../../fixtures/memory-count-store.ts';
import { Crashed, memoryCountStore } from '../../fixtures/memory-count-store.ts';

const DAY_MS = 86_400_000;
const VISITORS = ['q83vEjRWeJASNFZ4', 'AAAAAAAAAAAAAAAA', '']; // as the redirect hashes them

const aStream = (links: number, spanMs: number): fc.Arbitrary<Click[]> =>
  fc.array(
    fc
      .record({
        link: fc.nat(links - 1),
        at_ms: fc.nat(spanMs).map((afterMs) => NOW_MS + afterMs),
        country: fc.constantFrom('DE', 'US', 'ZZ'),
        source: fc.constantFrom('click' as const, 'scan' as const),
        utm_term: fc.constantFrom('', 'shoes', 'ü other'),
        visitor: fc.constantFrom(...VISITORS),
        bot: fc.boolean(),
      })
      .map(({ link, ...facts }) =>
        aClick({
          ...facts,
          id: newClickId(facts.at_ms),
          code: `code${link}`,
          workspace_id: `ws_${link % 2}`,
          tags: ['spring', 'summer', 'autumn'].slice(link % 3),
        }),
      ),
    { maxLength: 120 },
  );

function truthOf(clicks: readonly Click[]): ClickTruth {
  const truth = new ClickTruth();
  for (const click of clicks) truth.add(click);
  return truth;
}

function expectTruth(store: MemoryCountStore, clicks: readonly Click[]): void {
  const truth = truthOf(clicks);
  expect(Object.fromEntries(store.cells)).toEqual(Object.fromEntries(truth.cells));
  expect(store.visitors).toEqual(truth.visitors);
}

const some = (count: number, overrides: Partial<Click> = {}): readonly Click[] =>
  Array.from({ length: count }, () => aClick({ ...overrides, id: newClickId(overrides.at_ms ?? NOW_MS) }));

/** Delivers a batch as Lambda does: whole, again and again, until it is taken. */
async function deliver(deps: CountDeps, batch: readonly Click[]): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    try {
      await countClicks(deps, batch);
      return;
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
    }
  }
  throw new Error('never delivered');
}

const sizes = async (counting: ReturnType<typeof countClicks>) => {
  const { counted, known } = await counting;
  return { counted: counted.length, known: known.length };
};

describe('Counting clicks', () => {
  it('counts each click once for its link, workspace and tags, whatever is crashed, repeated, re-ordered, split, late or raced', async () => {
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
          expectTruth(store, clicks);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('tells which were counted and which were known, each once', async () => {
    const store = memoryCountStore();
    const clicks = some(3);
    const first = await countClicks(store, [...clicks, ...clicks]);
    expect([first.counted.map(({ id }) => id).sort(), first.known]).toEqual([clicks.map(({ id }) => id).sort(), []]);
    expect(await sizes(countClicks(store, [...clicks, ...some(1)]))).toEqual({ counted: 1, known: 3 });
    expect(await countClicks(store, [])).toEqual({ counted: [], known: [] });
  });

  it('writes a link, its workspace and its tag once per day, hour and for all time, however many clicks they had', async () => {
    const store = memoryCountStore();
    await countClicks(store, some(1_000));
    expect(store.transactions.map(store.itemsOf)).toEqual([1 + 3, 1 + 3 + 3]);
  });

  it('knows a late repeat of a click that was counted a day ago', async () => {
    const store = memoryCountStore();
    const old = some(1, { at_ms: NOW_MS - DAY_MS });
    await countClicks(store, old);
    await countClicks(store, some(500));
    expect(await sizes(countClicks(store, old))).toEqual({ counted: 0, known: 1 });
  });

  it('counts for the workspace what a crash kept from it after the link had counted', async () => {
    let transactions = 0;
    const store = memoryCountStore(() => {
      transactions += 1;
      return transactions === 2 ? 'before' : null;
    });
    const clicks = some(5);
    await expect(countClicks(store, clicks)).rejects.toThrow(Crashed);
    expect(await sizes(countClicks(store, clicks))).toEqual({ counted: 0, known: 5 });
    expectTruth(store, clicks);
  });

  it('drops late clicks of erased links and workspaces with their visitors, and counts all others beside them', async () => {
    const store = memoryCountStore();
    const of = (code: string, workspace_id: string, count: number) =>
      Array.from({ length: count }, (_, index) => {
        const at_ms = NOW_MS + index * 400;
        return aClick({ id: newClickId(at_ms), code, workspace_id, at_ms });
      });
    const kept = [...of('kept1', 'ws_kept', 2), ...of('kept1', 'ws_kept', 5), ...of('kept2', 'ws_kept', 5)];
    await countClicks(store, [...of('gone1', 'ws_gone', 2), ...kept.slice(0, 2)]);
    store.erase(workspaceOf({ workspace_id: 'ws_gone' }));
    for (const code of ['gone1', 'gone2']) store.erase(linkOf({ domain: 'default', code }));
    const tagOfGone = [...store.cells.keys()].filter((cell) => cell.startsWith('tag ws_gone/')).length;
    const late = [...of('gone1', 'ws_gone', 5), ...kept.slice(2), ...of('gone2', 'ws_gone', 5)];
    expect(await sizes(countClicks(store, late))).toEqual({ counted: 10, known: 0 });
    expect(await sizes(countClicks(store, late))).toEqual({ counted: 0, known: 10 });
    const cells = [...store.cells].filter(([cell]) => !cell.startsWith('tag ws_gone/'));
    expect(Object.fromEntries(cells)).toEqual(Object.fromEntries(truthOf(kept).cells));
    expect([...store.cells.keys()].filter((cell) => cell.startsWith('tag ws_gone/'))).toHaveLength(tagOfGone);
    expect([...store.visitors.keys()].filter((day) => /^(link|workspace) (ws_)?gone/.test(day))).toEqual([]);
  });

  it('folds the long tail of a dimension into other, and loses no click of it', async () => {
    const store = memoryCountStore();
    const clicks = Array.from({ length: MAX_VALUES + 50 }, (_, index) =>
      some(2, { utm_term: `term ${index}`, bot: index % 2 === 0 }),
    ).flat();
    for (let start = 0; start < clicks.length; start += 60) await countClicks(store, clicks.slice(start, start + 60));
    for (const subject of ['link aB7x3Kq', 'workspace ws_1', 'tag ws_1/spring']) {
      const of = (prefix: string) =>
        [...store.cells].filter(([cell]) => cell.startsWith(`${subject} day 2026-11-21 ${prefix}utm_term:`));
      const sum = (prefix: string) => of(prefix).reduce((total, [, count]) => total + count, 0);
      expect(of('')).toHaveLength(MAX_VALUES + 1);
      expect([sum(''), sum('bot/')]).toEqual([clicks.length, clicks.length / 2]);
      expect(store.cells.get(`${subject} day 2026-11-21 utm_term:other`)).toBe(100);
    }
  });

  it('tries halves of what a store finds too large', async () => {
    const store = memoryCountStore();
    const apply = async (transaction: Parameters<typeof store.store.apply>[0]): Promise<CountOutcome> =>
      transaction.windows.some(({ added }) => added.length > 7) ? 'too_large' : store.store.apply(transaction);
    const clicks = some(100);
    await countClicks({ ...store, store: { ...store.store, apply } }, clicks);
    expectTruth(store, clicks);
  });

  it.each<[string, CountOutcome, string]>([
    ['refuses links that nobody counted', { erased: [linkOf({ domain: 'default', code: 'other' })] }, 'not in the'],
    ['stays contended', 'conflict', 'stayed contended'],
    ['does not take even one click', 'too_large', 'stayed contended'],
  ])('gives up on a store that %s, and has counted nothing', async (_, outcome, message) => {
    const store = memoryCountStore();
    const deps = { ...store, store: { ...store.store, apply: () => Promise.resolve(outcome) } };
    await expect(countClicks(deps, some(3))).rejects.toThrow(message);
    expect(store.cells.size).toBe(0);
  });
});
