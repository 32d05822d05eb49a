import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES, KEY_FAILURES } from '../service/operation.ts';
import { reportAnswer, reportBody, reportsAnswer, reportsQuery } from './schemas.ts';

export const REPORT_OPERATIONS: Operations = {
  'POST /v1/reports': {
    body: reportBody,
    success: { 202: reportAnswer },
    failures: [...BODY_FAILURES, ...KEY_FAILURES, 'URL_NOT_FOUND', 'LIMIT_REACHED', 'RATE_LIMIT_EXCEEDED'],
  },
  'GET /v1/reports': { query: reportsQuery, success: { 200: reportsAnswer }, failures: ['VALIDATION_FAILED'] },
  'GET /v1/reports/{report_id}': { success: { 200: reportAnswer }, failures: ['REPORT_NOT_FOUND'] },
  'POST /v1/reports/{report_id}/cancel': { success: { 200: reportAnswer }, failures: ['REPORT_NOT_FOUND'] },
};
