import { setTimeout as sleep } from 'node:timers/promises';
import { watcherDeps } from './authorizer-deps.ts';
import { batchStore } from './batch-store.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { rateLimitStore } from './limits.ts';
import { windowCounter } from './window-counter.ts';

export function batchEventsDeps(env: FunctionEnv<'batch-events'>) {
  const client = documentClient();
  return {
    batches: batchStore(client, env.JOBS_TABLE),
    authenticate: watcherDeps(client, env),
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    sleep,
    nowMs: Date.now,
  };
}
