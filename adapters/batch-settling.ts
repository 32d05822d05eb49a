import type { SettleDeps } from '../core/batches/settle-batch.ts';
import { batchRuns } from './batch-runs.ts';
import { batchStore } from './batch-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { workflowClient } from './report-runs.ts';

const nowMs = Date.now;

/** Batches, and the runs that are at them. */
export const batchSettling = (
  client: DocumentClient,
  env: { readonly JOBS_TABLE: string; readonly BATCHES_WORKFLOW: string },
): SettleDeps => ({
  batches: batchStore(client, env.JOBS_TABLE),
  runs: batchRuns(workflowClient(), env.BATCHES_WORKFLOW, nowMs),
  nowMs,
});
