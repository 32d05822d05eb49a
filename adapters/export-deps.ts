import { S3Client } from '@aws-sdk/client-s3';
import { athenaClient } from './athena.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { rateLimitStore } from './limits.ts';
import { linkStore } from './link-store.ts';
import { queryStreams } from './query-streams.ts';
import { DEFAULT_DOMAIN } from './table.ts';
import { windowCounter } from './window-counter.ts';

export function exportDeps(env: FunctionEnv<'export'>) {
  const client = documentClient();
  const lake = { client: athenaClient(), workgroup: env.QUERY_WORKGROUP, database: env.LAKE_DATABASE };
  return {
    queries: queryStreams(lake, new S3Client({ maxAttempts: 5 })),
    links: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    rateLimits: rateLimitStore(windowCounter(client, env.ACCOUNTS_TABLE)),
    domain: DEFAULT_DOMAIN,
    nowMs: Date.now,
  };
}
