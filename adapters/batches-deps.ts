import { randomBytes } from 'node:crypto';
import { batchFiles } from './batch-files.ts';
import { batchSettling } from './batch-settling.ts';
import { batchUploads } from './batch-uploads.ts';
import { blocklist } from './blocklist.ts';
import { downloads } from './downloads.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { codeLimitStore, rateLimitStore } from './limits.ts';
import { linkRules } from './link-rules.ts';
import { logoStore } from './logo-store.ts';
import { rowValues } from './row-values.ts';
import { s3Client } from './s3.ts';
import { uploadForms } from './upload-forms.ts';
import { windowCounter } from './window-counter.ts';

const nowMs = Date.now;

export function batchesDeps(env: FunctionEnv<'batches'>, routePaths: readonly string[]) {
  const client = documentClient();
  const s3 = s3Client();
  const windows = windowCounter(client, env.ACCOUNTS_TABLE);
  const files = batchFiles(s3, env.UPLOADS_BUCKET);
  return {
    ...batchSettling(client, env),
    files,
    rowsOf: rowValues(files),
    uploads: batchUploads(s3, env.UPLOADS_BUCKET),
    signDownload: downloads(s3, env.UPLOADS_BUCKET, nowMs),
    signForm: uploadForms(s3, env.UPLOADS_BUCKET, nowMs),
    logos: logoStore(s3, env.UPLOADS_BUCKET),
    blocklist: blocklist(client, env.LINKS_TABLE, nowMs),
    rules: linkRules(env, routePaths),
    rateLimits: rateLimitStore(windows),
    codeLimits: codeLimitStore(windows),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    randomBytes,
    nowMs,
  };
}
