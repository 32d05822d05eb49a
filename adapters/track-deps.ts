import { leasedRateLimits } from '../core/accounts/leased-rate-limit.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { eventStore } from './event-store.ts';
import { eventLimitStore, rateLimitStore } from './limits.ts';
import { linkStore } from './link-store.ts';
import { DEFAULT_DOMAIN } from './table.ts';
import { windowCounter } from './window-counter.ts';

export function trackDeps(env: FunctionEnv<'track'>) {
  const client = documentClient();
  const windows = windowCounter(client, env.ACCOUNTS_TABLE);
  return {
    events: eventStore(client, env.EVENTS_TABLE),
    links: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    rateLimits: rateLimitStore(windows),
    eventLimits: leasedRateLimits(eventLimitStore(windows)),
    domain: DEFAULT_DOMAIN,
    nowMs: Date.now,
  };
}
