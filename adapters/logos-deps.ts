import { randomBytes } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { codeLimitStore, rateLimitStore } from './limits.ts';
import { logoFiles } from './logo-files.ts';
import { pictureDecoders } from './picture-decoders.ts';
import { uploadForms } from './upload-forms.ts';
import { uploadedLogos } from './uploaded-logos.ts';
import { windowCounter } from './window-counter.ts';

const nowMs = Date.now;
const CONNECTION_TIMEOUT_MS = 1_000;

export function logosDeps(env: FunctionEnv<'logos'>) {
  const client = documentClient();
  const s3 = new S3Client({ maxAttempts: 5, requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS } });
  const windows = windowCounter(client, env.ACCOUNTS_TABLE);
  return {
    uploaded: uploadedLogos(client, env.QR_CODES_TABLE),
    files: logoFiles(s3, env.UPLOADS_BUCKET),
    signForm: uploadForms(s3, env.UPLOADS_BUCKET, nowMs),
    decoders: pictureDecoders,
    rateLimits: rateLimitStore(windows),
    codeLimits: codeLimitStore(windows),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    randomBytes,
    nowMs,
  };
}
