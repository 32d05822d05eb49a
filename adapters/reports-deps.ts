import { randomBytes } from 'node:crypto';
import { athenaClient } from './athena.ts';
import { batchGet } from './batch-get.ts';
import { downloads } from './downloads.ts';
import type { DocumentClient } from './dynamodb.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { lakeQueries } from './lake-queries.ts';
import { rateLimitStore, reportLimitStore } from './limits.ts';
import { linkStore } from './link-store.ts';
import { reportFiles } from './report-files.ts';
import { reportParquet } from './report-parquet.ts';
import { reportRuns, workflowClient } from './report-runs.ts';
import { reportStore } from './report-store.ts';
import { s3Client } from './s3.ts';
import { DEFAULT_DOMAIN, workspaceKey } from './table.ts';
import { windowCounter } from './window-counter.ts';
import { fromWorkspaceItem } from './workspace-items.ts';

const nowMs = Date.now;

export function reportsDeps(env: FunctionEnv<'reports'>) {
  const client = documentClient();
  const windows = windowCounter(client, env.ACCOUNTS_TABLE);
  return {
    store: reportStore(client, env.JOBS_TABLE),
    runs: reportRuns(workflowClient(), env.REPORTS_WORKFLOW),
    signDownload: downloads(s3Client(), env.RESULTS_BUCKET, nowMs),
    links: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    rateLimits: rateLimitStore(windows),
    reportLimits: reportLimitStore(windows),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    domain: DEFAULT_DOMAIN,
    randomBytes,
    nowMs,
  };
}

export const reportFileDeps = (env: FunctionEnv<'report-file'>) => ({
  store: reportStore(documentClient(), env.JOBS_TABLE),
  files: reportFiles(s3Client(), env.RESULTS_BUCKET),
  parquet: reportParquet,
  nowMs,
});

export function usageReportsDeps(env: FunctionEnv<'usage-reports'>) {
  const client = documentClient();
  const place = { client: athenaClient(), workgroup: env.QUERY_WORKGROUP, database: env.LAKE_DATABASE };
  return {
    lake: lakeQueries(place),
    existing: existingWorkspaces(client, env.ACCOUNTS_TABLE),
    store: reportStore(client, env.JOBS_TABLE),
    runs: reportRuns(workflowClient(), env.REPORTS_WORKFLOW),
    nowMs,
  };
}

const existingWorkspaces = (client: DocumentClient, table: string) => async (ids: readonly string[]) => {
  const items = await batchGet(client, table, ids.map(workspaceKey), { consistent: true });
  return items.map((item) => fromWorkspaceItem(item).id);
};
