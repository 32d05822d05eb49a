import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from '../core/batches/batch.ts';
import { settled } from '../core/batches/settle-batch.ts';
import { watcherDeps } from './authorizer-deps.ts';
import { batchSettling } from './batch-settling.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { rateLimitStore } from './limits.ts';
import { windowCounter } from './window-counter.ts';

export function batchEventsDeps(env: FunctionEnv<'batch-events'>) {
  const client = documentClient();
  const settling = batchSettling(client, env);
  return {
    batches: settling.batches,
    settled: (batch: Batch) => settled(settling, batch),
    authenticate: watcherDeps(client, env),
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    sleep,
    nowMs: settling.nowMs,
  };
}
