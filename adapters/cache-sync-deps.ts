import { setTimeout as sleep } from 'node:timers/promises';
import { toHotLink } from '../core/links/hot-link.ts';
import type { AttributeValue } from './attribute-value.ts';
import { plainItem } from './attribute-value.ts';
import type { FunctionEnv } from './env.ts';
import { fromLinkItem } from './link-item.ts';
import { LINK_SORT_KEY, linkOfPartitionKey } from './table.ts';
import { valkeyFor } from './valkey.ts';

/** Nobody waits for cache-sync, so it is patient where a visit is not. */
const COMMAND_TIMEOUT_MS = 1_000;
const ATTEMPTS = 3;
const ATTEMPT_GAP_MS = 100;

export async function cacheSyncDeps(env: FunctionEnv<'cache-sync'>) {
  const valkey = await valkeyFor(env, COMMAND_TIMEOUT_MS);
  return {
    toChange({ Keys, NewImage }: { readonly Keys?: unknown; readonly NewImage?: unknown }) {
      const item = plainItem((NewImage ?? Keys ?? {}) as Record<string, AttributeValue>);
      if (item['sk'] !== LINK_SORT_KEY) return null;
      const link = NewImage === undefined ? null : toHotLink(fromLinkItem(item));
      return { ...linkOfPartitionKey(String(item['pk'])), link };
    },
    async put(key: string, entry: string, ttlMs: number): Promise<void> {
      if (valkey === null) return;
      for (let attempt = 1; ; attempt += 1) {
        try {
          await valkey.set(key, entry, 'PX', ttlMs);
          return;
        } catch (error) {
          if (attempt === ATTEMPTS) throw error;
          await sleep(ATTEMPT_GAP_MS);
        }
      }
    },
  };
}
