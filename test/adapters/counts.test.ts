import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { clickStats, clickTotals } from '../../adapters/click-totals.ts';
import { countStore, erasedTotalItem } from '../../adapters/count-store.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { countClicks, WINDOW_PART_IDS } from '../../core/clicks/count-clicks.ts';
import { linkStats } from '../../core/clicks/link-stats.ts';
import type { Click } from '../../core/clicks/row.ts';
import { aClick } from '../fixtures/clicks.ts';
import { NOW_MS } from '../fixtures/links.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

const DAY_MS = 86_400_000;

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterEach(() => {
  tables.engine.faultFor = null;
});
afterAll(() => tables.close());

const store = () => countStore(tables.client, 'counts', () => NOW_MS);
const totals = () => clickTotals(tables.client, 'counts');
const stats = () => clickStats(tables.client, 'counts');

const clicksOf = (code: string, count: number, overrides: (index: number) => Partial<Click> = () => ({})): Click[] =>
  Array.from({ length: count }, (_, index) => {
    const click = aClick({ code, workspace_id: `ws_${code}`, at_ms: NOW_MS + index, ...overrides(index) });
    return { ...click, id: newClickId(click.at_ms) };
  });

/** Like Lambda: the batch again until it is taken. */
async function deliver(clicks: readonly Click[]): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await countClicks(store(), clicks);
      return;
    } catch (error) {
      if (attempt === 30) throw error;
    }
  }
}

describe('Counts in DynamoDB', () => {
  it('differ by nothing when consumers race over the same records, crash, lose answers and meet refusals', async () => {
    const clicks = ['race-a', 'race-b', 'race-c'].flatMap((code, link) =>
      clicksOf(code, 120, (index) => ({
        at_ms: NOW_MS + ((index * 37) % 5) * 1_000 - (index % 2) * DAY_MS * link,
        bot: index % 4 === 0,
      })),
    );
    const batches = Array.from({ length: 9 }, (_, index) => clicks.filter((_, at) => at % 9 === index));
    let calls = 0;
    tables.engine.faultFor = ({ action }) => {
      if (action !== 'dynamodb:TransactWriteItems') return null;
      calls += 1;
      if (calls % 7 === 0) return { kind: 'lose-answer' };
      return calls % 11 === 0 ? { kind: 'refuse', status: 500, errorType: 'InternalServerError' } : null;
    };
    const consumers = [batches, batches.toReversed(), batches].map(async (lane) => {
      for (const batch of lane) await deliver(batch);
    });
    await Promise.all(consumers);
    expect(await totals().totalsOf('default', ['race-a', 'race-b', 'race-c', 'race-none'])).toEqual(
      new Map([
        ['race-a', 120],
        ['race-b', 120],
        ['race-c', 120],
        ['race-none', 0],
      ]),
    );
    const counted = await stats().read('default', 'race-c', '2026-01-01');
    expect(linkStats(counted)).toMatchObject({ total: 120, bots: 30 });
    expect(counted.days.map(({ day, counters }) => [day, counters['total']])).toEqual([
      ['2026-11-19', 60],
      ['2026-11-21', 60],
    ]);
  });

  it('know every click of a window that outgrew one item', async () => {
    const clicks = clicksOf('hot', WINDOW_PART_IDS + 700, () => ({ at_ms: NOW_MS }));
    const batches = Array.from({ length: 6 }, (_, index) => clicks.slice(index * 500, (index + 1) * 500));
    for (const batch of batches) await deliver(batch);
    for (const batch of batches.toReversed()) expect((await countClicks(store(), batch)).counted).toBe(0);
    expect((await totals().totalsOf('default', ['hot'])).get('hot')).toBe(clicks.length);
  });

  it('file a click by the UTC day and hour of the visit', async () => {
    const midnightMs = Date.UTC(2026, 10, 22);
    await deliver(
      clicksOf('midnight', 2, (index) => ({ at_ms: midnightMs - 1 + index, country: index === 0 ? 'US' : 'DE' })),
    );
    expect(await stats().read('default', 'midnight', '2026-11-21')).toEqual({
      total: 2,
      days: [
        { day: '2026-11-21', counters: { total: 1, 'hour:23': 1, 'country:US': 1, 'device:mobile': 1 } },
        { day: '2026-11-22', counters: { total: 1, 'hour:00': 1, 'country:DE': 1, 'device:mobile': 1 } },
      ],
    });
    expect(await stats().read('default', 'midnight', '2026-11-22')).toMatchObject({
      total: 2,
      days: [{ day: '2026-11-22' }],
    });
    expect(await stats().read('default', 'nobody', '2026-11-22')).toEqual({ total: 0, days: [] });
  });

  it('of an erased link never come back, and hold up nobody else’s', async () => {
    await deliver([...clicksOf('erased', 3), ...clicksOf('beside', 3)]);
    await tables.client.send(
      new PutCommand({ TableName: 'counts', Item: erasedTotalItem({ domain: 'default', code: 'erased' }) }),
    );
    const late = [...clicksOf('erased', 40), ...clicksOf('beside', 40), ...clicksOf('erased2', 1)];
    expect(await countClicks(store(), late)).toEqual({ counted: 41, duplicates: 40 });
    expect(await countClicks(store(), late)).toEqual({ counted: 0, duplicates: 81 });
    expect(await totals().totalsOf('default', ['erased', 'beside'])).toEqual(
      new Map([
        ['erased', 0],
        ['beside', 43],
      ]),
    );
    expect(await totals().mostClicked('ws_erased', 10, null)).toEqual({ items: [], cursor: null });
  });

  it('are totalled for more than a hundred links at once', async () => {
    await deliver(clicksOf('m7', 3));
    const codes = Array.from({ length: 130 }, (_, index) => `m${index}`);
    const found = await totals().totalsOf('default', codes);
    expect([found.size, found.get('m7'), found.get('m8')]).toEqual([130, 3, 0]);
  });

  it('rank a workspace’s links, most clicked first, page by page', async () => {
    for (const [code, count] of [
      ['r1', 2],
      ['r2', 5],
      ['r3', 1],
      ['r4', 4],
      ['r5', 3],
    ] as const)
      await deliver(clicksOf(code, count, () => ({ workspace_id: 'ws_rank' })));
    const ranked: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await totals().mostClicked('ws_rank', 2, cursor);
      ranked.push(...page.items.map(({ code, total }) => `${code}:${total}`));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(ranked).toEqual(['r2:5', 'r4:4', 'r5:3', 'r1:2', 'r3:1']);
    expect(await totals().mostClicked('ws_nobody', 2, null)).toEqual({ items: [], cursor: null });
    await expect(totals().mostClicked('ws_rank', 2, '{"pk":"x"}')).rejects.toMatchObject({ word: 'VALIDATION_FAILED' });
  });
});
