import * as z from 'zod/mini';
import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES, KEY_FAILURES } from '../service/operation.ts';
import { bulkAnswer, bulkBody, changeBody, createBody, linkAnswer, listAnswer, listQuery } from './schemas.ts';

const TARGET_FAILURES = ['INVALID_URL', 'URL_BLOCKED'] as const;
const CREATE_FAILURES = [
  ...BODY_FAILURES,
  ...KEY_FAILURES,
  ...TARGET_FAILURES,
  'INVALID_ALIAS',
  'ALIAS_TAKEN',
  'RATE_LIMIT_EXCEEDED',
] as const;

export const LINK_OPERATIONS: Operations = {
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
    failures: [...BODY_FAILURES, ...TARGET_FAILURES, 'URL_NOT_FOUND', 'VERSION_CONFLICT'],
  },
  'DELETE /v1/urls/{code}': { success: { 204: 'empty' }, failures: ['URL_NOT_FOUND', 'VERSION_CONFLICT'] },
};
