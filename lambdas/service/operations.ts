import * as z from 'zod/mini';
import { PERSONAL_OPERATIONS } from '../accounts/personal-operations.ts';
import { WORKSPACE_OPERATIONS } from '../accounts/workspace-operations.ts';
import { ANALYTICS_OPERATIONS } from '../analytics/operations.ts';
import { AUTH_OPERATIONS } from '../auth/operations.ts';
import { BATCH_OPERATIONS } from '../batches/operations.ts';
import { EXPORT_OPERATIONS } from '../export/operations.ts';
import { LINK_OPERATIONS } from '../links/operations.ts';
import { LIVE_OPERATIONS } from '../live/operations.ts';
import { LOGO_OPERATIONS } from '../logos/operations.ts';
import { QR_OPERATIONS } from '../qr/operations.ts';
import { REPORT_OPERATIONS } from '../reports/operations.ts';
import { TRACK_OPERATIONS } from '../track/operations.ts';
import { unlockAnswer, unlockBody } from '../unlock/handler.ts';
import type { Operations } from './operation.ts';
import { BODY_FAILURES } from './operation.ts';

const healthAnswer = z.strictObject({ status: z.literal('ok') });
const deepHealthAnswer = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  dependencies: z.record(z.string(), z.boolean()),
});

/** Every operation of the app domain. */
export const OPERATIONS: Operations = {
  ...LINK_OPERATIONS,
  ...AUTH_OPERATIONS,
  ...PERSONAL_OPERATIONS,
  ...WORKSPACE_OPERATIONS,
  ...ANALYTICS_OPERATIONS,
  ...LIVE_OPERATIONS,
  ...TRACK_OPERATIONS,
  ...EXPORT_OPERATIONS,
  ...REPORT_OPERATIONS,
  ...QR_OPERATIONS,
  ...LOGO_OPERATIONS,
  ...BATCH_OPERATIONS,
  'POST /v1/urls/{code}/unlock': {
    body: unlockBody,
    success: { 200: unlockAnswer },
    failures: [...BODY_FAILURES, 'INVALID_PASSWORD', 'URL_NOT_FOUND', 'URL_DISABLED', 'URL_EXPIRED', 'UNLOCK_LOCKED'],
  },
  'GET /': { success: { 200: 'page' }, failures: [] },
  'GET /health': { success: { 200: healthAnswer }, failures: [] },
  'HEAD /health': { success: { 200: 'empty' }, failures: [] },
  // 503 has the same shape and says which dependency does not answer.
  'GET /health/deep': { success: { 200: deepHealthAnswer, 503: deepHealthAnswer }, failures: [] },
  'GET /openapi.json': { success: { 200: z.looseObject({ openapi: z.string() }) }, failures: [] },
  'GET /docs': { success: { 200: 'page' }, failures: [] },
  'GET /docs/errors/{word}': { success: { 200: 'page' }, failures: ['NOT_FOUND'] },
};
