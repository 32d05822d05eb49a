import { randomBytes } from 'node:crypto';
import { batchFiles } from './batch-files.ts';
import { batchStore } from './batch-store.ts';
import { batchWork } from './batch-work.ts';
import { blocklist } from './blocklist.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { linkRules } from './link-rules.ts';
import { linkStore } from './link-store.ts';
import { logoStore } from './logo-store.ts';
import { qrMaking } from './qr-making.ts';
import { rememberedScores } from './remembered-scores.ts';
import { rowValues } from './row-values.ts';
import { s3Client } from './s3.ts';
import { styleScores } from './style-scores.ts';

const nowMs = Date.now;

type Env = FunctionEnv<'batch-plan'>;

/** What the steps stand on that have to do with links. */
function stepDeps(env: Env, routePaths: readonly string[]) {
  const client = documentClient();
  const batches = batchStore(client, env.JOBS_TABLE);
  return {
    client,
    batches,
    work: batchWork(client, { jobs: env.JOBS_TABLE, accounts: env.ACCOUNTS_TABLE }),
    files: batchFiles(s3Client(), env.UPLOADS_BUCKET),
    store: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    blocklist: blocklist(client, env.LINKS_TABLE, nowMs),
    rules: linkRules(env, routePaths),
    shortOrigin: env.SHORT_ORIGIN,
    randomBytes,
    nowMs,
  };
}

export function batchPlanDeps(env: Env, routePaths: readonly string[]) {
  const deps = stepDeps(env, routePaths);
  return { ...deps, rowsOf: rowValues(deps.files) };
}

export function batchRowsDeps(env: FunctionEnv<'batch-rows'>, routePaths: readonly string[]) {
  const deps = stepDeps(env, routePaths);
  const scores = rememberedScores(styleScores(deps.client, env.QR_CODES_TABLE, nowMs));
  return { ...deps, ...qrMaking(scores), logos: logoStore(s3Client(), env.UPLOADS_BUCKET) };
}

export function batchFinishDeps(env: FunctionEnv<'batch-finish'>) {
  const client = documentClient();
  return {
    batches: batchStore(client, env.JOBS_TABLE),
    work: batchWork(client, { jobs: env.JOBS_TABLE, accounts: env.ACCOUNTS_TABLE }),
    files: batchFiles(s3Client(), env.UPLOADS_BUCKET),
    shortOrigin: env.SHORT_ORIGIN,
    nowMs,
  };
}

export const batchRollbackDeps = (env: FunctionEnv<'batch-rollback'>, routePaths: readonly string[]) =>
  stepDeps(env, routePaths);
