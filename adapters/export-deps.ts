import { athenaClient } from './athena.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { rateLimitStore } from './limits.ts';
import { linkStore } from './link-store.ts';
import { queryStreams } from './query-streams.ts';
import { s3Client } from './s3.ts';
import { DEFAULT_DOMAIN } from './table.ts';
import { windowCounter } from './window-counter.ts';

export function exportDeps(env: FunctionEnv<'export'>) {
  const client = documentClient();
  const lake = { client: athenaClient(), workgroup: env.QUERY_WORKGROUP, database: env.LAKE_DATABASE };
  return {
    queries: queryStreams(lake, s3Client()),
    links: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    domain: DEFAULT_DOMAIN,
    nowMs: Date.now,
  };
}
