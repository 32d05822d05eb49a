import type { Operations } from '../service/operation.ts';
import { clickData, readyData } from './click-event.ts';

const EVENTS = { events: { ready: readyData, click: clickData } };

export const LIVE_OPERATIONS: Operations = {
  'GET /v1/analytics/live': { success: { 200: EVENTS }, failures: ['VALIDATION_FAILED', 'LIMIT_REACHED'] },
  'GET /v1/urls/{code}/clicks/live': {
    success: { 200: EVENTS },
    failures: ['VALIDATION_FAILED', 'URL_NOT_FOUND', 'LIMIT_REACHED'],
  },
};
