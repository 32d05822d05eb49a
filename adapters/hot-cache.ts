import type { HotCache } from '../core/links/hot-links.ts';
import type { ValkeyClient } from './valkey.ts';

/** Valkey answers in 0.1 ms; one that takes longer than this is worth less than the table behind it. */
export const COMMAND_TIMEOUT_MS = 40;
/** After a failed command the cache is left alone this long: one visit per window pays the timeout, the others nothing. */
export const BREAKER_REST_MS = 1_000;

/** The shared cache as an accelerator: whatever goes wrong looks like a miss. */
export function valkeyHotCache(client: Pick<ValkeyClient, 'get' | 'set' | 'del'>, nowMs: () => number): HotCache {
  let restUntilMs = 0;
  const guarded = async <T>(command: () => Promise<T>, otherwise: T): Promise<T> => {
    if (nowMs() < restUntilMs) return otherwise;
    try {
      return await command();
    } catch {
      restUntilMs = nowMs() + BREAKER_REST_MS;
      return otherwise;
    }
  };
  return {
    get: (key) => guarded(() => client.get(key), null),
    async fill(key, entry, ttlMs) {
      await guarded<unknown>(() => client.set(key, entry, 'PX', ttlMs, 'NX'), null);
    },
    async drop(key) {
      await guarded<unknown>(() => client.del(key), null);
    },
  };
}

/** For stages without a cache: process memory and the table. */
export const noHotCache: HotCache = {
  get: () => Promise.resolve(null),
  fill: () => Promise.resolve(),
  drop: () => Promise.resolve(),
};
