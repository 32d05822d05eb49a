import { randomBytes } from 'node:crypto';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { codeLimitStore, rateLimitStore } from './limits.ts';
import { logoFiles } from './logo-files.ts';
import { pictureDecoders } from './picture-decoders.ts';
import { s3Client } from './s3.ts';
import { uploadForms } from './upload-forms.ts';
import { uploadedLogos } from './uploaded-logos.ts';
import { windowCounter } from './window-counter.ts';

const nowMs = Date.now;

export function logosDeps(env: FunctionEnv<'logos'>) {
  const client = documentClient();
  const s3 = s3Client();
  const windows = windowCounter(client, env.ACCOUNTS_TABLE);
  return {
    uploaded: uploadedLogos(client, env.QR_CODES_TABLE),
    files: logoFiles(s3, env.UPLOADS_BUCKET, nowMs),
    signForm: uploadForms(s3, env.UPLOADS_BUCKET, nowMs),
    decoders: pictureDecoders,
    rateLimits: rateLimitStore(windows),
    codeLimits: codeLimitStore(windows),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    randomBytes,
    nowMs,
  };
}
