import type { HotLink } from '../../../core/links/hot-link.ts';
import { encodeHotLink } from '../../../core/links/hot-link.ts';
import type { HotCache } from '../../../core/links/hot-links.ts';
import {
  cachedHotLinks,
  ENTRY_TTL_MS,
  hotLinkKey,
  L1_TTL_MS,
  MISS_TTL_MS,
  STALE_IF_ERROR_MS,
} from '../../../core/links/hot-links.ts';
import { aHotLink } from '../../fixtures/links.ts';
import { pausePoint } from '../../fixtures/pause-point.ts';

const CODE = 'aB7x3Kq';
const KEY = hotLinkKey('default', CODE);
const version = (number: number): HotLink => aHotLink({ version: number, targetUrl: `https://example.com/v${number}` });

/** A shared cache with time and NX, and what was asked of it. */
function memoryCache(now: () => number) {
  const entries = new Map<string, { entry: string; untilMs: number }>();
  const asked: string[] = [];
  const alive = (key: string) => {
    const found = entries.get(key);
    return found !== undefined && found.untilMs > now() ? found.entry : null;
  };
  const cache: HotCache = {
    get: async (key) => {
      asked.push(`get ${key}`);
      return alive(key);
    },
    fill: async (key, entry, ttlMs) => {
      asked.push(`fill ${key} ${ttlMs}`);
      if (alive(key) === null) entries.set(key, { entry, untilMs: now() + ttlMs });
    },
    drop: async (key) => {
      asked.push(`drop ${key}`);
      entries.delete(key);
    },
  };
  /** What cache-sync does: the newest version, whatever is there. */
  const sync = (link: HotLink) =>
    entries.set(hotLinkKey('default', link.code), { entry: encodeHotLink(link), untilMs: now() + ENTRY_TTL_MS });
  return { cache, sync, entries, asked, alive };
}

function world({ random = 0.999_999 } = {}) {
  const clock = { nowMs: 1_000_000 };
  const shared = memoryCache(() => clock.nowMs);
  const table = new Map<string, HotLink>([[CODE, version(1)]]);
  const store = { reads: 0, down: false };
  const read = async (_: string, code: string): Promise<HotLink | null> => {
    store.reads += 1;
    if (store.down) throw new Error('table away');
    return table.get(code) ?? null;
  };
  const process = (overrides: Partial<Parameters<typeof cachedHotLinks>[0]> = {}) =>
    cachedHotLinks({
      cache: shared.cache,
      store: { read },
      nowMs: () => clock.nowMs,
      random: () => random,
      ...overrides,
    });
  return { clock, shared, table, store, read, process };
}

describe('Hot links', () => {
  it('are read once, then come from process memory, then from the shared cache', async () => {
    const { clock, shared, store, process } = world();
    const links = process();
    expect(await links.find('default', CODE)).toEqual(version(1));
    expect(await links.find('default', CODE)).toEqual(version(1));
    expect(store.reads).toBe(1);
    expect(shared.asked).toEqual([`get ${KEY}`, `fill ${KEY} ${ENTRY_TTL_MS}`]);
    clock.nowMs += L1_TTL_MS;
    await links.find('default', CODE);
    await process().find('default', CODE);
    expect(store.reads).toBe(1);
    expect(shared.asked.slice(2)).toEqual([`get ${KEY}`, `get ${KEY}`]);
  });

  it('do not live longer in process memory for being visited', async () => {
    const { clock, shared, table, process } = world();
    const links = process();
    await links.find('default', CODE);
    table.set(CODE, version(2));
    shared.sync(version(2));
    for (let visits = 0; visits < 9; visits += 1) {
      clock.nowMs += L1_TTL_MS / 10;
      expect(await links.find('default', CODE)).toEqual(version(1));
    }
    clock.nowMs += L1_TTL_MS / 10;
    expect(await links.find('default', CODE)).toEqual(version(2));
  });

  it('count their age from before the read, however long it took', async () => {
    const { clock, read, store, process } = world();
    const pause = pausePoint();
    const links = process({ store: { read: (...of) => pause.here().then(() => read(...of)) } });
    const first = links.find('default', CODE);
    await pause.reached;
    clock.nowMs += L1_TTL_MS;
    pause.release();
    await first;
    await links.find('default', CODE);
    expect(store.reads).toBe(1); // the second answer came from the shared cache, not from memory
  });

  it('are read once for any number of visits at the same moment', async () => {
    const { store, process } = world();
    const links = process();
    const found = await Promise.all(Array.from({ length: 500 }, () => links.find('default', CODE)));
    expect(store.reads).toBe(1);
    expect(new Set(found)).toEqual(new Set([version(1)]));
  });

  it('are read again after a flight that failed', async () => {
    const { store, process } = world();
    const links = process();
    store.down = true;
    const both = await Promise.allSettled([links.find('default', CODE), links.find('default', CODE)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    store.down = false;
    expect(await links.find('default', CODE)).toEqual(version(1));
    expect(store.reads).toBe(2);
  });

  it.each([
    ['garbage', 'garbage'],
    ['an old schema', '0:{}'],
    ['another link’s entry', encodeHotLink(aHotLink({ code: 'another' }))],
    ['half an entry', encodeHotLink(version(1)).slice(0, 40)],
  ])('ignore %s, drop it and write it anew', async (_, entry) => {
    const { shared, process } = world();
    shared.entries.set(KEY, { entry, untilMs: Number.POSITIVE_INFINITY });
    expect(await process().find('default', CODE)).toEqual(version(1));
    expect(shared.asked).toEqual([`get ${KEY}`, `drop ${KEY}`, `fill ${KEY} ${ENTRY_TTL_MS}`]);
    expect(shared.alive(KEY)).toBe(encodeHotLink(version(1)));
  });

  it('that were read before a change and filled after it do not overwrite the change', async () => {
    const { clock, shared, table, read, process } = world();
    const pause = pausePoint();
    const slow = process({
      store: {
        read: async (...of) => {
          const link = await read(...of);
          await pause.here();
          return link;
        },
      },
    });
    const late = slow.find('default', CODE);
    await pause.reached;
    table.set(CODE, version(2));
    shared.sync(version(2));
    pause.release();
    await late;
    expect(shared.alive(KEY)).toBe(encodeHotLink(version(2)));
    clock.nowMs += L1_TTL_MS;
    expect(await slow.find('default', CODE)).toEqual(version(2));
  });

  it('are read past a flight that hangs, and what it brings at last is not remembered over what came since', async () => {
    const { clock, shared, table, read, process } = world();
    const paused = pausePoint();
    let isFirst = true;
    const links = process({
      store: {
        read: async (domain, code) => {
          const link = await read(domain, code);
          if (isFirst) {
            isFirst = false;
            await paused.here();
          }
          return link;
        },
      },
    });
    const hanging = links.find('default', CODE);
    await paused.reached;
    table.set(CODE, version(2));
    shared.sync(version(2));
    clock.nowMs += L1_TTL_MS;
    expect(await links.find('default', CODE)).toEqual(version(2));
    paused.release();
    expect(await hanging).toEqual(version(1));
    expect(await links.find('default', CODE)).toEqual(version(2));
  });

  it('that do not exist are remembered for five seconds, and creation overwrites that', async () => {
    const { clock, shared, store, table, process } = world();
    const links = process();
    expect(await links.find('default', 'nothing')).toBeNull();
    expect(shared.asked).toContain(`fill default/nothing ${MISS_TTL_MS}`);
    clock.nowMs += L1_TTL_MS;
    expect(await links.find('default', 'nothing')).toBeNull();
    expect(store.reads).toBe(1);
    const made = aHotLink({ code: 'nothing' });
    table.set('nothing', made);
    shared.sync(made);
    clock.nowMs += L1_TTL_MS;
    expect(await links.find('default', 'nothing')).toEqual(made);
    clock.nowMs += ENTRY_TTL_MS;
    expect(await links.find('default', 'nothing')).toEqual(made);
  });

  it.each([
    [0, ENTRY_TTL_MS * 0.75],
    [0.5, ENTRY_TTL_MS * 0.875],
  ])('expire spread out in the shared cache: random %f lives %i ms', async (random, ttlMs) => {
    const { shared, process } = world({ random });
    await process().find('default', CODE);
    expect(shared.asked).toContain(`fill ${KEY} ${ttlMs}`);
  });

  it('are served from memory while nothing else answers, for a minute and not longer', async () => {
    const { clock, shared, store, process } = world();
    const links = process();
    await links.find('default', CODE);
    store.down = true;
    shared.entries.clear();
    for (const ageMs of [L1_TTL_MS, STALE_IF_ERROR_MS - 1]) {
      clock.nowMs = 1_000_000 + ageMs;
      expect(await links.find('default', CODE)).toEqual(version(1));
    }
    clock.nowMs = 1_000_000 + STALE_IF_ERROR_MS;
    await expect(links.find('default', CODE)).rejects.toThrow('table away');
    await expect(links.find('default', 'cold123')).rejects.toThrow('table away');
  });

  it('keep a bounded number in memory and forget the oldest', async () => {
    const { store, table, process } = world();
    const noCache: HotCache = { get: async () => null, fill: async () => undefined, drop: async () => undefined };
    const links = process({ cache: noCache });
    for (let index = 0; index < 10_001; index += 1) {
      table.set(`code${index}`, aHotLink({ code: `code${index}` }));
      await links.find('default', `code${index}`);
    }
    const readsBefore = store.reads;
    await links.find('default', 'code1');
    await links.find('default', 'code10000');
    expect(store.reads).toBe(readsBefore);
    await links.find('default', 'code0');
    expect(store.reads).toBe(readsBefore + 1);
  });
});
