import { randomBytes } from 'node:crypto';
import { newLinkPassword } from '../core/links/link-password.ts';
import { blocklist } from './blocklist.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { idempotencyStore } from './idempotency-store.ts';
import { imageStore } from './image-store.ts';
import { codeLimitStore, rateLimitStore } from './limits.ts';
import { linkRules } from './link-rules.ts';
import { linkStore } from './link-store.ts';
import { logoStore } from './logo-store.ts';
import { qrCodeStore } from './qr-code-store.ts';
import { qrMaking } from './qr-making.ts';
import { s3Client } from './s3.ts';
import { noStyleScores, styleScores } from './style-scores.ts';
import { windowCounter } from './window-counter.ts';

const nowMs = Date.now;

export function qrDeps(env: FunctionEnv<'qr'>, routePaths: readonly string[]) {
  const client = documentClient();
  const s3 = s3Client();
  const windows = windowCounter(client, env.ACCOUNTS_TABLE);
  return {
    ...qrMaking(styleScores(client, env.QR_CODES_TABLE, nowMs)),
    noScores: noStyleScores,
    codes: qrCodeStore(client, env.QR_CODES_TABLE),
    images: imageStore(s3, env.IMAGES_BUCKET),
    logos: logoStore(s3, env.UPLOADS_BUCKET),
    store: linkStore(client, env.LINKS_TABLE, env.ACCOUNTS_TABLE),
    blocklist: blocklist(client, env.LINKS_TABLE, nowMs),
    rateLimits: rateLimitStore(windows),
    codeLimits: codeLimitStore(windows),
    idempotency: idempotencyStore(client, env.ACCOUNTS_TABLE),
    rules: linkRules(env, routePaths),
    shortOrigin: env.SHORT_ORIGIN,
    hashPassword: newLinkPassword,
    randomBytes,
    nowMs,
  };
}
