import * as z from 'zod/mini';
import type { FailureWord } from '../../core/errors.ts';
import { bulkAnswer, bulkBody, changeBody, createBody, linkAnswer, listAnswer, listQuery } from '../links/schemas.ts';
import { statsAnswer, statsQuery } from '../stats/handler.ts';
import { unlockAnswer, unlockBody } from '../unlock/handler.ts';

export type Operation = {
  readonly body?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  /** What success may be: JSON of a schema, a page, or nothing. */
  readonly success: Readonly<Record<number, z.ZodMiniType | 'page' | 'empty'>>;
  readonly failures: readonly FailureWord[];
};

const CREATE_FAILURES = [
  'VALIDATION_FAILED',
  'INVALID_JSON',
  'INVALID_URL',
  'URL_BLOCKED',
  'INVALID_ALIAS',
  'ALIAS_TAKEN',
  'IDEMPOTENCY_IN_PROGRESS',
  'IDEMPOTENCY_MISMATCH',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMIT_EXCEEDED',
] as const;

const healthAnswer = z.strictObject({ status: z.literal('ok') });
const deepHealthAnswer = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  dependencies: z.record(z.string(), z.boolean()),
});

/** What the route table does not say: the shapes of each operation, by the very schemas that check them. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /v1/urls': {
    body: createBody,
    // 200 where `if_exists: "return"` found the link.
    success: { 201: linkAnswer, 200: linkAnswer },
    failures: CREATE_FAILURES,
  },
  'GET /v1/urls': { query: listQuery, success: { 200: listAnswer }, failures: ['VALIDATION_FAILED'] },
  'POST /v1/urls/bulk': {
    body: z.strictObject({ ...bulkBody.shape, urls: z.array(createBody) }),
    success: { 201: bulkAnswer },
    failures: [...CREATE_FAILURES, 'BULK_INVALID'],
  },
  'GET /v1/urls/{code}': { success: { 200: linkAnswer }, failures: ['URL_NOT_FOUND'] },
  'PATCH /v1/urls/{code}': {
    body: changeBody,
    success: { 200: linkAnswer },
    failures: [
      'VALIDATION_FAILED',
      'INVALID_JSON',
      'INVALID_URL',
      'URL_BLOCKED',
      'URL_NOT_FOUND',
      'VERSION_CONFLICT',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  },
  'DELETE /v1/urls/{code}': { success: { 204: 'empty' }, failures: ['URL_NOT_FOUND', 'VERSION_CONFLICT'] },
  'GET /v1/urls/{code}/stats': {
    query: statsQuery,
    success: { 200: statsAnswer },
    failures: ['VALIDATION_FAILED', 'URL_NOT_FOUND'],
  },
  'POST /v1/urls/{code}/unlock': {
    body: unlockBody,
    success: { 200: unlockAnswer },
    failures: [
      'VALIDATION_FAILED',
      'INVALID_JSON',
      'INVALID_PASSWORD',
      'URL_NOT_FOUND',
      'URL_DISABLED',
      'URL_EXPIRED',
      'UNLOCK_LOCKED',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
    ],
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
