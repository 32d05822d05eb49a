import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES, KEY_FAILURES } from '../service/operation.ts';
import { announcedAnswer, logoAnswer, logoBody, logosAnswer, logosQuery } from './schemas.ts';

export const LOGO_OPERATIONS: Operations = {
  'POST /v1/logos': {
    body: logoBody,
    success: { 201: announcedAnswer },
    failures: [...BODY_FAILURES, ...KEY_FAILURES, 'LIMIT_REACHED', 'RATE_LIMIT_EXCEEDED'],
  },
  'GET /v1/logos': { query: logosQuery, success: { 200: logosAnswer }, failures: ['VALIDATION_FAILED'] },
  'GET /v1/logos/{logo_id}': { success: { 200: logoAnswer }, failures: ['LOGO_NOT_FOUND'] },
  'DELETE /v1/logos/{logo_id}': { success: { 204: 'empty' }, failures: ['LOGO_NOT_FOUND'] },
};
