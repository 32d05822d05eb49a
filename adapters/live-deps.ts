import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { authenticateDeps } from './authorizer-deps.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { linkStore } from './link-store.ts';
import { liveLog } from './live-log.ts';
import { watchStore } from './live-watches.ts';
import { DEFAULT_DOMAIN } from './table.ts';

/** Watching is one use of a key or a session, and the authorizer has written it down. */
const NOTING_NOTHING = { noteApiKeyUse: async () => undefined, noteSessionUse: async () => undefined };

export function liveDeps(env: FunctionEnv<'live'>) {
  const client = documentClient();
  const nowMs = Date.now;
  const authenticate = authenticateDeps(client, env);
  return {
    log: liveLog(client, env.LIVE_TABLE, nowMs),
    watches: watchStore(client, env.LIVE_TABLE),
    links: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    authenticate: { ...authenticate, store: { ...authenticate.store, ...NOTING_NOTHING } },
    domain: DEFAULT_DOMAIN,
    newWatcherId: randomUUID,
    sleep,
    nowMs,
  };
}
