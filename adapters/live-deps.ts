import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { watcherDeps } from './authorizer-deps.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { rateLimitStore } from './limits.ts';
import { linkStore } from './link-store.ts';
import { liveLog } from './live-log.ts';
import { watchStore } from './live-watches.ts';
import { DEFAULT_DOMAIN } from './table.ts';
import { windowCounter } from './window-counter.ts';

export function liveDeps(env: FunctionEnv<'live'>) {
  const client = documentClient();
  const nowMs = Date.now;
  return {
    log: liveLog(client, env.LIVE_TABLE, nowMs),
    watches: watchStore(client, env.LIVE_TABLE),
    links: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    authenticate: watcherDeps(client, env),
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    domain: DEFAULT_DOMAIN,
    newWatcherId: randomUUID,
    sleep,
    nowMs,
  };
}
