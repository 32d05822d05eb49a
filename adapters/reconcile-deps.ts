import type { ReconcileDeps } from '../core/lake/reconcile.ts';
import { athenaClient } from './athena.ts';
import { awsJsonClient } from './aws-json.ts';
import { clickCounts } from './click-counts.ts';
import { countedClicks } from './counted-clicks.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { lakeQueries } from './lake-queries.ts';

export function reconcileDeps(env: FunctionEnv<'reconcile'>): ReconcileDeps {
  const nowMs = Date.now;
  const client = documentClient();
  return {
    lake: lakeQueries({ client: athenaClient(), workgroup: env.QUERY_WORKGROUP, database: env.LAKE_DATABASE }),
    counts: clickCounts(client, awsJsonClient('dynamodb'), env.COUNTS_TABLE, nowMs),
    counted: countedClicks(client, env.COUNTS_TABLE),
    nowMs,
  };
}
