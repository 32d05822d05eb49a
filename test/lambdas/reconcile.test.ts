import type { Click } from '../../core/clicks/row.ts';
import type { CountedClicks, ReconcileDeps } from '../../core/lake/reconcile.ts';
import { rollUp } from '../../core/lake/roll-up.ts';
import { reconcileHandler } from '../../lambdas/reconcile/handler.ts';
import { aClick } from '../fixtures/clicks.ts';
import { type LakeInDuckDb, openLakeInDuckDb } from '../fixtures/lake-in-duckdb.ts';
import { memoryClickCounts } from '../fixtures/memory-click-counts.ts';

const at = (time: string): number => Date.parse(`2026-11-${time}Z`);
/** Of the 21st the day is over, and no click of it can come late any more. */
const NIGHT_MS = at('23T02:10');

const TEN = Array.from({ length: 10 }, (_, index) =>
  aClick({
    id: `click ${index}`,
    at_ms: at(`21T${10 + index}:30`),
    workspace_id: index < 7 ? 'ws_1' : 'ws_2',
    country: index % 2 === 0 ? 'DE' : 'FR',
    bot: index % 3 === 0,
  }),
);

let lake: LakeInDuckDb;
beforeEach(async () => {
  lake = await openLakeInDuckDb();
});
afterEach(() => lake.close());

const store = (clicks: readonly Click[]): readonly string[] =>
  clicks.map((click) => lake.addClicks([click], click.at_ms + 1_000));

function reconciler(
  counted: readonly Click[],
  { erased = [], nowMs = NIGHT_MS }: { erased?: readonly string[]; nowMs?: number } = {},
) {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const alive = counted.filter(({ workspace_id }) => !erased.includes(workspace_id));
  const scans = { workspaces: 0 };
  const countedClicks: CountedClicks = {
    // Windows remember clicks of workspaces that were erased afterwards.
    byHour: async ({ startMs, endMs }) =>
      new Map(
        [...Map.groupBy(counted, ({ at_ms }) => new Date(at_ms).toISOString().slice(0, 13))]
          .map(([hour, clicks]) => [hour, clicks.length] as const)
          .filter(([hour]) => Date.parse(`${hour}:00Z`) >= startMs && Date.parse(`${hour}:00Z`) < endMs),
      ),
    async workspaces() {
      scans.workspaces += 1;
      return new Set(alive.map(({ workspace_id }) => workspace_id));
    },
    isErased: async (id) => erased.includes(id),
  };
  const deps: ReconcileDeps = {
    lake: lake.queries,
    counts: { ...memoryClickCounts(alive), countedThroughMs: async () => nowMs - 10_000 },
    counted: countedClicks,
    nowMs: () => nowMs,
  };
  const log = (level: string) => (message: unknown, more: unknown) =>
    void lines.push({ level, message, ...(more as object) });
  const logger = { info: log('info'), warn: log('warn') } as unknown as Parameters<typeof reconcileHandler>[1];
  const handler = reconcileHandler(deps, logger);
  return { reconcile: (event: unknown = {}) => handler(event), lines, scans };
}

const rollUpAll = () => rollUp({ lake: lake.queries, files: lake.files, nowMs: () => NIGHT_MS }, () => false);
const HOURS = { start: '2026-11-21T00', end: '2026-11-22T00' };
const DAY = { day: '2026-11-21' };
const BOTH = { ...HOURS, ...DAY };

describe('Lake and counters', () => {
  it('are the same after duplicates, also late ones', async () => {
    store(TEN);
    lake.addClicks(TEN.slice(0, 5), at('21T23:00'));
    lake.addClicks(TEN.slice(5), at('22T09:00'));
    await rollUpAll();
    const { reconcile, lines, scans } = reconciler(TEN);
    expect(await reconcile(BOTH)).toEqual({ clicks: 20, workspaces: 2, difference: 0, differences: [] });
    expect(lines).toEqual([{ level: 'info', message: 'reconciled', difference: 0, clicks: 20, workspaces: 2 }]);
    expect(scans.workspaces).toBe(0);
  });

  it('are apart by a row that is not there, and it is said whose and when', async () => {
    const keys = store(TEN);
    lake.remove(keys[4] ?? '');
    const { reconcile, lines } = reconciler(TEN);
    expect((await reconcile(HOURS)).differences).toEqual([
      { workspaceId: 'ws_1', start: '2026-11-21T14', of: 'people', apart: 1 },
    ]);
    expect(lines).toContainEqual({
      level: 'warn',
      message: 'not the same',
      workspace_id: 'ws_1',
      start: '2026-11-21T14',
      of: 'people',
      apart: 1,
    });
    expect(lines).toContainEqual(expect.objectContaining({ message: 'reconciled', difference: 1 }));
  });

  it('are apart by a click that was not counted', async () => {
    store(TEN);
    const { reconcile } = reconciler(TEN.slice(0, -1));
    expect((await reconcile(HOURS)).differences).toEqual([
      { workspaceId: 'ws_2', start: '2026-11-21T19', of: 'bots', apart: 1 },
    ]);
  });

  it('are apart where a click is a bot in one and not in the other', async () => {
    store(TEN);
    const { reconcile } = reconciler(TEN.with(1, { ...aClick(TEN[1]), bot: true }));
    expect((await reconcile(HOURS)).differences.map(({ of, apart }) => [of, apart])).toEqual([
      ['people', 1],
      ['bots', 1],
    ]);
  });

  it('are apart by a workspace that has no row at all', async () => {
    store(TEN.filter(({ workspace_id }) => workspace_id === 'ws_1'));
    const { reconcile } = reconciler(TEN);
    const answer = await reconcile(HOURS);
    expect(answer.difference).toBe(3);
    expect(new Set(answer.differences.map(({ workspaceId }) => workspaceId))).toEqual(new Set(['ws_2']));
  });

  it('are apart by everything when the lake is empty', async () => {
    expect((await reconciler(TEN).reconcile(HOURS)).difference).toBe(10);
  });

  it('are the same for a workspace that was erased, with rows and without', async () => {
    store(TEN.slice(0, 9));
    await rollUpAll();
    expect((await reconciler(TEN, { erased: ['ws_2'] }).reconcile(BOTH)).difference).toBe(0);
    expect((await reconciler(TEN, { erased: ['ws_1', 'ws_2'] }).reconcile(BOTH)).difference).toBe(0);
  });

  it('are apart in the dimension that differs, whose value is not told', async () => {
    store(TEN);
    await rollUpAll();
    const { reconcile } = reconciler(TEN.with(0, { ...aClick(TEN[0]), utm_term: 'somebody@example.com' }));
    const answer = await reconcile(DAY);
    expect(answer.differences).toEqual([{ workspaceId: 'ws_1', start: '2026-11-21', of: 'utm_term', apart: 1 }]);
  });

  it('are apart by what was not rolled up', async () => {
    store(TEN.slice(0, 8));
    await rollUpAll();
    store(TEN.slice(8));
    expect((await reconciler(TEN).reconcile(DAY)).differences).toEqual([
      { workspaceId: 'ws_2', start: '2026-11-21', of: 'rolled up people', apart: 1 },
      { workspaceId: 'ws_2', start: '2026-11-21', of: 'rolled up bots', apart: 1 },
    ]);
  });
});

describe('What is compared without being asked for', () => {
  it('are the hours that are settled, as far as is counted', async () => {
    store(TEN);
    expect((await reconciler(TEN, { nowMs: at('21T14:29') }).reconcile()).clicks).toBe(3);
    expect((await reconciler(TEN, { nowMs: at('21T14:31') }).reconcile()).clicks).toBe(4);
    // 26 hours back.
    expect((await reconciler(TEN, { nowMs: at('22T14:31') }).reconcile()).clicks).toBe(8);
  });

  it('is, at night, the day of which nothing can come late any more', async () => {
    store(TEN);
    for (const [time, clicks] of [
      ['23T01:59', 0],
      ['23T02:10', 10],
      ['23T03:50', 10],
      ['23T04:00', 0],
    ] as const)
      expect([
        time,
        (await reconciler(TEN, { nowMs: at(time) }).reconcile({ source: 'aws.scheduler' })).clicks,
      ]).toEqual([time, clicks]);
  });
});

it.each([{ start: '2026-11-21' }, { start: '2026-13-21T00', end: '2026-11-22T00' }, { day: 'yesterday' }])(
  'refuses %j',
  async (request) => {
    await expect(reconciler([]).reconcile(request)).rejects.toThrow(Error);
  },
);
