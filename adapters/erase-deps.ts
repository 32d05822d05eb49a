import { setTimeout as sleep } from 'node:timers/promises';
import { batchRuns } from './batch-runs.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { erasureJobs } from './erasure-jobs.ts';
import { jobErasure } from './job-erasure.ts';
import { qrErasure } from './qr-erasure.ts';
import { reportRuns, workflowClient } from './report-runs.ts';
import { s3Client } from './s3.ts';
import { userErasure } from './user-erasure.ts';
import { workspaceErasure } from './workspace-erasure.ts';

const PAUSE_MS = 1_000;

export function eraseDeps(env: FunctionEnv<'erase'>) {
  const client = documentClient();
  const tables = {
    accounts: env.ACCOUNTS_TABLE,
    outbox: env.OUTBOX_TABLE,
    links: env.LINKS_TABLE,
    counts: env.COUNTS_TABLE,
    events: env.EVENTS_TABLE,
  };
  const s3 = s3Client();
  const workflows = workflowClient();
  const jobs = jobErasure(client, {
    table: env.JOBS_TABLE,
    runs: reportRuns(workflows, env.REPORTS_WORKFLOW),
    batchRuns: batchRuns(workflows, env.BATCHES_WORKFLOW, Date.now),
    s3,
    resultsBucket: env.RESULTS_BUCKET,
    nowMs: Date.now,
  });
  const codes = qrErasure(client, {
    table: env.QR_CODES_TABLE,
    s3,
    imagesBucket: env.IMAGES_BUCKET,
    uploadsBucket: env.UPLOADS_BUCKET,
  });
  return {
    jobs: erasureJobs(client, tables.outbox),
    workspaces: workspaceErasure(client, tables, { ...jobs, ...codes }),
    users: userErasure(client, tables),
    nowMs: Date.now,
    pause: () => sleep(PAUSE_MS),
  };
}
