import { BREAKER_REST_MS, COMMAND_TIMEOUT_MS, noHotCache, valkeyHotCache } from '../../adapters/hot-cache.ts';
import { connectValkey } from '../../adapters/valkey.ts';
import { startRespServer } from '../../local/engines/resp-server.ts';
import { NOW_MS } from '../fixtures/links.ts';

/** A client whose commands do what `run` says, and a clock. */
function world(run: () => Promise<unknown>) {
  const clock = { nowMs: NOW_MS };
  const commands: unknown[][] = [];
  const command =
    (name: string) =>
    (...parameters: unknown[]) => {
      commands.push([name, ...parameters]);
      return run();
    };
  const client = { get: command('get'), set: command('set'), del: command('del') } as Parameters<
    typeof valkeyHotCache
  >[0];
  return { clock, commands, cache: valkeyHotCache(client, () => clock.nowMs) };
}

describe('The shared cache', () => {
  it('is read, filled only where nothing is and for a time, and dropped', async () => {
    const { cache, commands } = world(() => Promise.resolve('entry'));
    expect(await cache.get('k')).toBe('entry');
    await cache.fill('k', 'entry', 5_000);
    await cache.drop('k');
    expect(commands).toEqual([
      ['get', 'k'],
      ['set', 'k', 'entry', 'PX', 5_000, 'NX'],
      ['del', 'k'],
    ]);
  });

  it('that fails looks like a miss and is left alone for a second: one visit pays, the others nothing', async () => {
    const { cache, commands, clock } = world(() => Promise.reject(new Error('timeout')));
    expect(await cache.get('k')).toBeNull();
    for (let visit = 0; visit < 100; visit += 1) {
      expect(await cache.get('k')).toBeNull();
      await cache.fill('k', 'entry', 1);
      await cache.drop('k');
    }
    clock.nowMs += BREAKER_REST_MS - 1;
    await cache.get('k');
    expect(commands).toHaveLength(1);
    clock.nowMs += 1;
    await cache.get('k');
    expect(commands).toHaveLength(2);
  });

  it('works again after its rest', async () => {
    let down = true;
    const { cache, clock } = world(() => (down ? Promise.reject(new Error('away')) : Promise.resolve('entry')));
    await cache.get('k');
    down = false;
    expect(await cache.get('k')).toBeNull();
    clock.nowMs += BREAKER_REST_MS;
    expect(await cache.get('k')).toBe('entry');
  });

  it.each(['fill', 'drop'] as const)('never throws, whichever command fails: %s', async (name) => {
    const { cache } = world(() => Promise.reject(new Error('away')));
    await expect(cache[name]('k', 'entry', 1)).resolves.toBeUndefined();
  });

  it('of a stage without one is always a miss', async () => {
    await noHotCache.fill('k', 'entry', 1_000);
    await noHotCache.drop('k');
    expect(await noHotCache.get('k')).toBeNull();
  });
});

describe('A Valkey client', () => {
  const settings = (url: string) => ({ url, cacheName: '', userId: '', commandTimeoutMs: COMMAND_TIMEOUT_MS });

  it('answers, and after the server is gone fails fast instead of waiting for it', async () => {
    const server = await startRespServer();
    const client = await connectValkey(settings(server.url));
    try {
      const cache = valkeyHotCache(client, Date.now);
      await cache.fill('k', 'first', 10_000);
      await cache.fill('k', 'second', 10_000);
      expect(await cache.get('k')).toBe('first');
      await cache.drop('k');
      expect(await cache.get('k')).toBeNull();
      await server.close();
      const startedMs = performance.now();
      await expect(client.get('k')).rejects.toThrow();
      expect(performance.now() - startedMs).toBeLessThan(500);
    } finally {
      client.disconnect();
      await server.close();
    }
  });

  it('that finds no server is there within a moment all the same, and its commands fail', async () => {
    const startedMs = performance.now();
    const client = await connectValkey(settings('redis://127.0.0.1:1'));
    try {
      await expect(client.get('k')).rejects.toThrow();
      expect(performance.now() - startedMs).toBeLessThan(1_000);
    } finally {
      client.disconnect();
    }
  });
});
