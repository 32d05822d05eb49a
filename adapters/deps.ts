import { randomBytes } from 'node:crypto';
import { leasedRateLimits } from '../core/accounts/leased-rate-limit.ts';
import { newLinkPassword } from '../core/links/link-password.ts';
import { athenaClient } from './athena.ts';
import { awsJsonClient } from './aws-json.ts';
import { blocklist } from './blocklist.ts';
import { clickCounts } from './click-counts.ts';
import { clickTotals } from './click-totals.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { kinesisClient } from './kinesis.ts';
import { lakeQueries } from './lake-queries.ts';
import { attemptStore, rateLimitStore } from './limits.ts';
import { linkRules } from './link-rules.ts';
import { linkStore } from './link-store.ts';
import { serviceChecks } from './service-checks.ts';
import { spoolDrain } from './spool-drain.ts';
import { DEFAULT_DOMAIN } from './table.ts';
import { windowCounter } from './window-counter.ts';

/** What each function stands on, built once per environment. Nothing else constructs a client (the redirect has its own file). */
const nowMs = Date.now;

export function linksDeps(env: FunctionEnv<'links'>, routePaths: readonly string[]) {
  const client = documentClient();
  return {
    store: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    blocklist: blocklist(client, env.LINKS_TABLE, nowMs),
    totals: clickTotals(client, env.COUNTS_TABLE),
    rateLimits: leasedRateLimits(rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE))),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    rules: linkRules(env, routePaths),
    shortOrigin: env.SHORT_ORIGIN,
    hashPassword: newLinkPassword,
    randomBytes,
    nowMs,
  };
}

export function unlockDeps(env: FunctionEnv<'unlock'>) {
  const client = documentClient();
  return {
    store: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    attempts: attemptStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    nowMs,
  };
}

export function analyticsDeps(env: FunctionEnv<'analytics'>) {
  const client = documentClient();
  return {
    lake: lakeQueries({ client: athenaClient(), workgroup: env.QUERY_WORKGROUP, database: env.LAKE_DATABASE }),
    lakeDelayMs: Number(env.LAKE_DELAY_S) * 1_000,
    store: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    counts: clickCounts(client, awsJsonClient('dynamodb'), env.COUNTS_TABLE, nowMs),
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    domain: DEFAULT_DOMAIN,
    nowMs,
  };
}

export const serviceDeps = (env: FunctionEnv<'service'>) => serviceChecks(documentClient(), kinesisClient(), env);

export const spoolDeps = (env: FunctionEnv<'spool-to-stream'>) => spoolDrain(documentClient(), kinesisClient(), env);
