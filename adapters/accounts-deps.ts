import { randomBytes } from 'node:crypto';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { rateLimitStore } from './limits.ts';
import { windowCounter } from './window-counter.ts';

const nowMs = Date.now;

/** What the accounts function stands on, built once per environment. */
export function accountsDeps(env: FunctionEnv<'accounts'>) {
  const client = documentClient();
  return {
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    randomBytes,
    nowMs,
  };
}
