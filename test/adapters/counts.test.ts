import { createHash } from 'node:crypto';
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { clickCounts } from '../../adapters/click-counts.ts';
import { clickTotals } from '../../adapters/click-totals.ts';
import { nameOfKey, workspaceCountsPartition } from '../../adapters/count-items.ts';
import { countStore, erasedLinkTotalItem, erasedWorkspaceTotalItem } from '../../adapters/count-store.ts';
import { shardMarks } from '../../adapters/shard-marks.ts';
import { visitorSketches } from '../../adapters/visitor-sketches.ts';
import type { Period } from '../../core/clicks/click-counts.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import type { CountDeps } from '../../core/clicks/count-clicks.ts';
import { countClicks } from '../../core/clicks/count-clicks.ts';
import { WINDOW_PART_IDS } from '../../core/clicks/count-window.ts';
import { MAX_VALUES } from '../../core/clicks/long-tail.ts';
import { countOf, recordOf } from '../../core/clicks/named-counts.ts';
import type { Click } from '../../core/clicks/row.ts';
import { encodeSketch } from '../../core/clicks/sketch-encoding.ts';
import type { Subject } from '../../core/clicks/subject.ts';
import { linkOf, workspaceOf } from '../../core/clicks/subject.ts';
import { EMPTY_SKETCH, estimateVisitors, withVisitors } from '../../core/clicks/unique-visitors.ts';
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

/** As another process would count: remembering nothing. */
const counting = (): CountDeps => ({
  store: countStore(tables.lean, 'counts', () => NOW_MS),
  sketches: visitorSketches(tables.lean, 'counts'),
});
const totals = () => clickTotals(tables.client, 'counts');
const counts = () => clickCounts(tables.client, tables.lean, 'counts', () => NOW_MS);
const tag = (workspaceId: string, name: string): Subject => ({ kind: 'tag', workspaceId, tag: name });
const link = (code: string): Subject => linkOf({ domain: 'default', code });
const sizes = async (counted: ReturnType<typeof countClicks>) => {
  const result = await counted;
  return { counted: result.counted.length, known: result.known.length };
};
const visitor = (index: number): string =>
  createHash('sha256').update(`visitor ${index}`).digest('base64url').slice(0, 16);
const readAll = async () => (await tables.client.send(new ScanCommand({ TableName: 'counts' }))).Items ?? [];

const clicksOf = (code: string, count: number, overrides: (index: number) => Partial<Click> = () => ({})): Click[] =>
  Array.from({ length: count }, (_, index) => {
    const click = aClick({ code, workspace_id: `ws_${code}`, at_ms: NOW_MS + index, ...overrides(index) });
    return { ...click, id: newClickId(click.at_ms) };
  });

/** Like Lambda: the batch again until it is taken. */
async function deliver(clicks: readonly Click[]): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await countClicks(counting(), clicks);
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
        workspace_id: 'ws_race',
        visitor: visitor(index),
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
    expect(await counts().total(link('race-c'))).toEqual({ total: 120, bots: 30, scans: 0, botScans: 0 });
    const days = await counts().read(link('race-c'), '2026-01-01', '2026-12-31', 'day');
    expect(
      days.map(({ start, counters }) => [start, countOf(counters, 'total'), countOf(counters, 'bot/device:mobile')]),
    ).toEqual([
      ['2026-11-19', 60, 0],
      ['2026-11-21', 60, 30],
    ]);
    const workspace = await counts().read(workspaceOf({ workspace_id: 'ws_race' }), '2026-11-21', '2026-11-21', 'day');
    expect(workspace.map(({ counters }) => [countOf(counters, 'total'), countOf(counters, 'bot')])).toEqual([
      [240, 90],
    ]);
  });

  it('know every click of a window that outgrew one item', async () => {
    const clicks = clicksOf('hot', WINDOW_PART_IDS + 700, () => ({ at_ms: NOW_MS }));
    const batches = Array.from({ length: 6 }, (_, index) => clicks.slice(index * 500, (index + 1) * 500));
    for (const batch of batches) await deliver(batch);
    for (const batch of batches.toReversed()) expect((await countClicks(counting(), batch)).counted).toEqual([]);
    expect((await totals().totalsOf('default', ['hot'])).get('hot')).toBe(clicks.length);
  });

  it('file a click by the UTC day and hour of the visit', async () => {
    const midnightMs = Date.UTC(2026, 10, 22);
    await deliver(
      clicksOf('midnight', 2, (index) => ({ at_ms: midnightMs - 1 + index, country: index === 0 ? 'US' : 'DE' })),
    );
    const countries = async (from: string, to: string, period: Period, subject = link('midnight')) =>
      (await counts().read(subject, from, to, period)).map(({ start, counters }) => [
        start,
        ...Object.keys(recordOf(counters)).filter((name) => /^(total|hour|country)/.test(name)),
      ]);
    expect(await countries('2026-11-21', '2026-11-22', 'day')).toEqual(
      [
        ['2026-11-21', 'hour:23', 'total', 'country:US'].sort(),
        ['2026-11-22', 'hour:00', 'total', 'country:DE'].sort(),
      ].map((names) => expect.arrayContaining(names)),
    );
    expect(await countries('2026-11-22', '2026-11-23', 'day')).toHaveLength(1);
    expect(await countries('2026-11-20', '2026-11-21', 'day')).toHaveLength(1);
    const hours = await countries('2026-11-21T23', '2026-11-22T00', 'hour');
    expect(hours.map(([start, ...names]) => [start, names.sort()])).toEqual([
      ['2026-11-21T23', ['country:US', 'total']],
      ['2026-11-22T00', ['country:DE', 'total']],
    ]);
    expect(await countries('2026-11-22T00', '2026-11-22T23', 'hour', tag('ws_midnight', 'spring'))).toHaveLength(1);
    expect(await countries('2026-11-22', '2026-11-22', 'day', link('nobody'))).toEqual([]);
    expect(await counts().total(link('nobody'))).toEqual({ total: 0, bots: 0, scans: 0, botScans: 0 });
  });

  it('keep tags apart, whatever they are called', async () => {
    const names = ['a', 'a#day', 'a#day#2026-11-21', 'ä/ö', '%23', '\ud800', 'total'];
    await deliver(
      names.flatMap((name, index) =>
        clicksOf(`tag${index}`, index + 1, () => ({ workspace_id: 'ws_tags', tags: [name] })),
      ),
    );
    for (const [index, name] of names.entries()) {
      const days = await counts().read(tag('ws_tags', name), '2026-11-01', '2026-11-30', 'day');
      expect(days.map(({ counters }) => countOf(counters, 'total'))).toEqual([index + 1]);
      expect((await counts().total(tag('ws_tags', name))).total).toBe(index + 1);
    }
    const workspace = await counts().read(workspaceOf({ workspace_id: 'ws_tags' }), '2026-11-01', '2026-11-30', 'day');
    expect(workspace.map(({ counters }) => countOf(counters, 'total'))).toEqual([28]);
  });

  it('keep hours for a hundred days, everything else for good', async () => {
    await deliver(clicksOf('kept', 1));
    const expiring = (await readAll()).filter(({ pk, ttl_s }) => pk === 'link#default/kept' && ttl_s !== undefined);
    expect(expiring.map(({ sk, ttl_s }) => [sk, ttl_s])).toEqual([
      ['hour#2026-11-21T12', Date.UTC(2026, 10, 21, 12) / 1_000 + 100 * 86_400],
    ]);
  });

  it('take more values at once than one expression may have', async () => {
    const clicks = clicksOf('wide', 700, (index) => ({ city: `City ${index}`, utm_term: `term ${index}` }));
    await deliver(clicks);
    const [day] = await counts().read(link('wide'), '2026-11-21', '2026-11-21', 'day');
    const counted = day === undefined ? {} : recordOf(day.counters);
    const of = (prefix: string) => Object.entries(counted).filter(([name]) => name.startsWith(prefix));
    for (const prefix of ['city:', 'utm_term:']) {
      expect(of(prefix).reduce((sum, [, count]) => sum + count, 0)).toBe(700);
      // In the first item and in one of its own, each with an `other`.
      expect(of(prefix).length).toBeLessThanOrEqual(2 * (MAX_VALUES + 1));
      expect(counted[`${prefix}other`]).toBeGreaterThan(0);
    }
    expect(counted).toMatchObject({ total: 700, 'device:mobile': 700, 'country:DE': 700 });
    const parts = (await readAll()).filter(
      ({ pk, sk }) => pk === 'link#default/wide' && /^(day|hour)#/.test(String(sk)),
    );
    expect(parts.map(({ sk }) => sk)).toEqual(
      expect.arrayContaining([
        'day#2026-11-21',
        'day#2026-11-21#city',
        'hour#2026-11-21T12',
        'hour#2026-11-21T12#city',
      ]),
    );
    const [hour] = await counts().read(link('wide'), '2026-11-21T12', '2026-11-21T12', 'hour');
    expect([hour?.start, hour && countOf(hour.counters, 'total')]).toEqual(['2026-11-21T12', 700]);
  });

  it('of an erased link or workspace never come back, and hold up nobody else’s', async () => {
    await deliver([...clicksOf('erased', 3), ...clicksOf('beside', 3)]);
    for (const Item of [
      erasedLinkTotalItem({ domain: 'default', code: 'erased' }),
      erasedWorkspaceTotalItem('ws_erased'),
    ])
      await tables.client.send(new PutCommand({ TableName: 'counts', Item }));
    const before = new Set((await readAll()).map(nameOfKey));
    const later = NOW_MS + DAY_MS;
    const late = [
      ...clicksOf('erased', 40, (index) => ({ at_ms: later, visitor: visitor(index) })),
      ...clicksOf('beside', 40),
      ...clicksOf('erased2', 1, () => ({ workspace_id: 'ws_erased' })),
    ];
    expect(await sizes(countClicks(counting(), late))).toEqual({ counted: 41, known: 0 });
    expect(await sizes(countClicks(counting(), late))).toEqual({ counted: 0, known: 41 });
    expect(await totals().totalsOf('default', ['erased', 'beside'])).toEqual(
      new Map([
        ['erased', 0],
        ['beside', 43],
      ]),
    );
    // Nothing of theirs is new; erased2 is a link that counts in a workspace that does not.
    const others = new RegExp(`^counted#|beside|erased2|${workspaceCountsPartition('ws_beside')}`);
    const after = (await readAll()).filter(({ pk }) => !others.test(String(pk))).map(nameOfKey);
    expect(after.filter((name) => !before.has(name))).toEqual([]);
  });
});

describe('Visitors in DynamoDB', () => {
  const people = (code: string, from: number, to: number, overrides: Partial<Click> = {}): Click[] =>
    clicksOf(code, to - from, (index) => ({ ...overrides, visitor: visitor(from + index) }));
  const writes = { reads: 0, updates: 0 };
  const watch = (): void => {
    Object.assign(writes, { reads: 0, updates: 0 });
    tables.engine.faultFor = ({ action }) => {
      if (action === 'dynamodb:BatchGetItem') writes.reads += 1;
      if (action === 'dynamodb:PutItem') writes.updates += 1;
      return null;
    };
  };

  it('are estimated for each day and for days together, without bots', async () => {
    const yesterdayMs = NOW_MS - DAY_MS;
    await deliver(people('seen', 0, 300));
    await deliver(people('seen', 200, 400));
    await deliver(people('seen', 1_000, 1_100, { bot: true }));
    await deliver(people('seen', 400, 500, { at_ms: yesterdayMs }));
    const days = await counts().read(link('seen'), '2026-11-20', '2026-11-21', 'day');
    const [yesterday, today] = days.map(({ visitors }) => estimateVisitors(visitors));
    expect([yesterday, today].map((count) => Math.round((count ?? 0) / 20))).toEqual([5, 20]);
    const both = await counts().visitors(workspaceOf({ workspace_id: 'ws_seen' }), ['2026-11-20', '2026-11-21']);
    expect(Math.abs(estimateVisitors(both) - 500)).toBeLessThan(25);
    expect(estimateVisitors(await counts().visitors(link('nobody'), ['2026-11-21']))).toBe(0);
  });

  it('are all in, whoever adds them at the same time', async () => {
    const sketches = Array.from({ length: 6 }, () => visitorSketches(tables.lean, 'counts'));
    const day = { subject: link('crowd'), day: '2026-11-21' };
    const all = Array.from({ length: 120 }, (_, index) => visitor(index));
    await Promise.all(
      sketches.map(async (each, index) => {
        for (let start = index * 20; start < index * 20 + 20; start += 5)
          await each.add([{ ...day, visitors: new Set(all.slice(start, start + 5)) }]);
      }),
    );
    const [found] = await counts().read(link('crowd'), '2026-11-21', '2026-11-21', 'day');
    expect(found).toBeUndefined();
    expect(encodeSketch(await counts().visitors(link('crowd'), ['2026-11-21']))).toEqual(
      encodeSketch(withVisitors(EMPTY_SKETCH, all)),
    );
  });

  it('that were there before cost neither reads nor writes', async () => {
    const sketches = visitorSketches(tables.lean, 'counts');
    const day = { subject: link('regulars'), day: '2026-11-21' };
    watch();
    const visitors = new Set([visitor(1), visitor(2)]);
    await sketches.add([{ ...day, visitors }]);
    expect(writes).toEqual({ reads: 1, updates: 1 });
    await sketches.add([{ ...day, visitors }]);
    expect(writes).toEqual({ reads: 1, updates: 1 });
    await sketches.add([{ ...day, visitors: new Set([visitor(3)]) }]);
    expect(writes).toEqual({ reads: 1, updates: 2 });
  });

  it('are in after an answer that was lost', async () => {
    let calls = 0;
    tables.engine.faultFor = ({ action }) => {
      if (action !== 'dynamodb:PutItem') return null;
      calls += 1;
      return calls === 1 ? { kind: 'lose-answer' } : null;
    };
    const day = { subject: link('lost'), day: '2026-11-21' };
    await visitorSketches(tables.lean, 'counts').add([{ ...day, visitors: new Set([visitor(1)]) }]);
    expect(estimateVisitors(await counts().visitors(link('lost'), ['2026-11-21']))).toBe(1);
    expect(calls).toBe(2);
  });

  it('that are removed are gone, also for who remembers them', async () => {
    const sketches = visitorSketches(tables.lean, 'counts');
    const day = { subject: link('gone'), day: '2026-11-21' };
    const some = { ...day, visitors: new Set([visitor(1)]) };
    await sketches.add([some]);
    await sketches.remove([day]);
    expect(estimateVisitors(await counts().visitors(link('gone'), ['2026-11-21']))).toBe(0);
    await sketches.add([some]);
    expect(estimateVisitors(await counts().visitors(link('gone'), ['2026-11-21']))).toBe(1);
  });
});

describe('Counted through', () => {
  it('follows the shard that is furthest behind, and those that were forgotten no longer', async () => {
    const marks = shardMarks(tables.client, 'counts');
    expect(await counts().countedThroughMs()).toBe(NOW_MS - 10_000);
    await marks.markBehind('shardId-000000000001', NOW_MS - 60_000);
    await marks.markBehind('shardId-000000000002', NOW_MS - 90_000);
    await marks.markBehind('shardId-000000000003', NOW_MS - 25 * 3_600_000);
    expect(await counts().countedThroughMs()).toBe(NOW_MS - 90_000);
    await marks.clear('shardId-000000000002');
    expect(await counts().countedThroughMs()).toBe(NOW_MS - 60_000);
    await marks.clear('shardId-000000000001');
    expect(await counts().countedThroughMs()).toBe(NOW_MS - 10_000);
  });
});
