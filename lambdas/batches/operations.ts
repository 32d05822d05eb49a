import { progressData } from '../batch-events/schemas.ts';
import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES, KEY_FAILURES } from '../service/operation.ts';
import {
  batchAnswer,
  batchBody,
  batchesAnswer,
  batchesQuery,
  dryRunAnswer,
  uploadAnswer,
  uploadBody,
} from './schemas.ts';

export const BATCH_OPERATIONS: Operations = {
  'POST /v1/qr/uploads': {
    body: uploadBody,
    success: { 201: uploadAnswer },
    failures: [...BODY_FAILURES, ...KEY_FAILURES, 'RATE_LIMIT_EXCEEDED'],
  },
  'POST /v1/qr/batches': {
    body: batchBody,
    // 200 is a dry run.
    success: { 200: dryRunAnswer, 202: batchAnswer },
    failures: [...BODY_FAILURES, ...KEY_FAILURES, 'LIMIT_REACHED', 'RATE_LIMIT_EXCEEDED'],
  },
  'GET /v1/qr/batches': { query: batchesQuery, success: { 200: batchesAnswer }, failures: ['VALIDATION_FAILED'] },
  'GET /v1/qr/batches/{batch_id}': { success: { 200: batchAnswer }, failures: ['BATCH_NOT_FOUND'] },
  'POST /v1/qr/batches/{batch_id}/cancel': { success: { 200: batchAnswer }, failures: ['BATCH_NOT_FOUND'] },
  'POST /v1/qr/batches/{batch_id}/retry': {
    success: { 202: batchAnswer },
    failures: ['BATCH_NOT_FOUND', 'BATCH_NOT_RETRYABLE', 'LIMIT_REACHED'],
  },
  'GET /v1/qr/batches/{batch_id}/events': {
    success: { 200: { events: { progress: progressData, done: progressData } } },
    failures: ['VALIDATION_FAILED', 'BATCH_NOT_FOUND'],
  },
};
