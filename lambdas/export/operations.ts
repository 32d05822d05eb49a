import { FORMATS } from '../../core/lake/export-format.ts';
import type { Operations } from '../service/operation.ts';
import { exportedClick, exportQuery } from './schemas.ts';

export const EXPORT_OPERATIONS: Operations = {
  'GET /v1/clicks/export': {
    query: exportQuery,
    success: { 200: { rows: exportedClick, mediaTypes: Object.values(FORMATS).map(({ mediaType }) => mediaType) } },
    failures: ['VALIDATION_FAILED', 'URL_NOT_FOUND', 'EXPORT_TOO_LARGE'],
  },
};
