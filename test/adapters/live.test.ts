import { liveLog } from '../../adapters/live-log.ts';
import { watchStore } from '../../adapters/live-watches.ts';
import { fileLive } from '../../core/clicks/file-live.ts';
import { liveClickOf } from '../../core/clicks/live-click.ts';
import type { LiveEntry } from '../../core/clicks/live-log.ts';
import { ENTRY_LIFETIME_MS, numberAfter } from '../../core/clicks/live-log.ts';
import { keepWatching } from '../../core/clicks/live-watch.ts';
import { aClick } from '../fixtures/clicks.ts';
import { startTables, type TestTables } from '../fixtures/tables.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
let tables: TestTables;
let nowMs = NOW_MS;
let workspaces = 0;
const newWorkspace = (): string => `ws_live${(workspaces += 1)}`;
const clock = (): number => nowMs;
const idOf = (index: number): string => `01M7Z2MGW8${String(index).padStart(16, '0')}`;

beforeAll(async () => {
  tables = await startTables();
});
beforeEach(() => {
  nowMs = NOW_MS;
});
afterAll(() => tables.close());

const log = () => liveLog(tables.client, 'live', clock);
const entryBehind = (previous: number, ...ids: readonly string[]): LiveEntry => ({
  number: numberAfter(previous, nowMs),
  previous,
  filedAtMs: nowMs,
  clicks: ids.map((id) => liveClickOf(aClick({ id }))),
});

describe('a live log in DynamoDB', () => {
  test('gives one place to one writer, and is read in the order of places', async () => {
    const workspaceId = newWorkspace();
    const racing = Array.from({ length: 8 }, (_, index) => log().append(workspaceId, entryBehind(0, idOf(index))));
    expect((await Promise.all(racing)).filter(Boolean)).toHaveLength(1);
    const [first] = await log().readAfter(workspaceId, 0);
    if (first === undefined) throw new Error('one of them was written');
    const second = entryBehind(first.number, idOf(8), idOf(9));
    expect(await log().append(workspaceId, second)).toBe(true);
    expect(await log().readAfter(workspaceId, 0)).toEqual([first, second]);
    expect(await log().readAfter(workspaceId, first.number)).toEqual([second]);
    expect(await log().readAfter(newWorkspace(), 0)).toEqual([]);
  });

  test('knows its last number when its entries are gone, and forgets them although DynamoDB has not yet', async () => {
    const workspaceId = newWorkspace();
    const entry = entryBehind(0, idOf(0));
    await log().append(workspaceId, entry);
    nowMs += ENTRY_LIFETIME_MS + 1_000;
    expect(await log().readAfter(workspaceId, 0)).toEqual([]);
    expect(await log().readTail(workspaceId, 0)).toEqual({ number: entry.number, entries: [] });
    expect(await log().append(workspaceId, entryBehind(entry.number, idOf(1)))).toBe(true);
  });

  test('that was forgotten goes on above every number it ever had', async () => {
    const workspaceId = newWorkspace();
    const old = entryBehind(0, idOf(0));
    await log().append(workspaceId, old);
    nowMs += 2 * 86_400_000;
    expect(await log().readTail(workspaceId, 0)).toEqual({ number: 0, entries: [] });
    const anew = entryBehind(0, idOf(1));
    expect(await log().append(workspaceId, anew)).toBe(true);
    expect(anew.number).toBeGreaterThan(old.number);
  });

  test('is read from its end back to what was filed before a time, over several pages', async () => {
    const workspaceId = newWorkspace();
    let previous = 0;
    for (let index = 0; index < 120; index += 1) {
      nowMs += 100;
      const entry = entryBehind(previous, idOf(index));
      await log().append(workspaceId, entry);
      previous = entry.number;
    }
    const { number, entries } = await log().readTail(workspaceId, NOW_MS + 2_000);
    expect(number).toBe(previous);
    expect(entries.map((entry) => entry.number)).toEqual(
      [...entries].map((entry) => entry.number).sort((one, other) => other - one),
    );
    expect(entries.filter(({ filedAtMs }) => filedAtMs >= NOW_MS + 2_000)).toHaveLength(101);
  });
});

describe('watches in DynamoDB', () => {
  test('are changed by one writer at a time, so nobody’s place is lost', async () => {
    const store = watchStore(tables.client, 'live');
    const workspaceId = newWorkspace();
    await Promise.all(Array.from({ length: 6 }, (_, index) => keepWatching(store, workspaceId, `w${index}`, clock)));
    const watch = (await store.readMany([workspaceId, newWorkspace()])).get(workspaceId);
    expect(Object.keys(watch?.watchers ?? {}).sort()).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'w5']);
    expect(watch).toEqual(await store.read(workspaceId));
  });
});

describe('filing into DynamoDB', () => {
  const feed = () =>
    fileLive({
      log: log(),
      watches: watchStore(tables.client, 'live'),
      nowMs: clock,
      random: Math.random,
      sleep: async (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    });
  const clicksOf = (workspaceId: string, from: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      aClick({ id: idOf(from + index), workspace_id: workspaceId, at_ms: nowMs, city: 'x'.repeat(100) }),
    );

  test('writes nothing for a workspace that nobody watches', async () => {
    const workspaceId = newWorkspace();
    await feed().file({ startedAtMs: nowMs, counted: clicksOf(workspaceId, 0, 3), known: [] });
    expect(await log().readTail(workspaceId, 0)).toEqual({ number: 0, entries: [] });
  });

  test('of six writers at once and their replays files each click once, in items DynamoDB takes', async () => {
    const workspaceId = newWorkspace();
    await keepWatching(watchStore(tables.client, 'live'), workspaceId, 'me', clock);
    const batches = Array.from({ length: 6 }, (_, index) => clicksOf(workspaceId, index * 300, 300));
    await Promise.all(
      batches.flatMap((clicks) => [
        feed().file({ startedAtMs: nowMs, counted: clicks, known: [] }),
        feed().file({ startedAtMs: nowMs, counted: [], known: clicks }),
      ]),
    );
    const { entries } = await log().readTail(workspaceId, 0);
    const ids = entries.flatMap((entry) => entry.clicks.map(({ id }) => id));
    expect(ids.sort()).toEqual(batches.flat().map(({ id }) => id));
  }, 30_000);
});
