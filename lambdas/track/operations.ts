import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES } from '../service/operation.ts';
import { eventAnswer, eventBody, eventsAnswer, eventsQuery } from './schemas.ts';

export const TRACK_OPERATIONS: Operations = {
  'POST /v1/analytics/track': {
    body: eventBody,
    success: { 201: eventAnswer },
    failures: [...BODY_FAILURES, 'URL_NOT_FOUND', 'IDEMPOTENCY_MISMATCH', 'RATE_LIMIT_EXCEEDED'],
  },
  'GET /v1/analytics/events': {
    query: eventsQuery,
    success: { 200: eventsAnswer },
    failures: ['VALIDATION_FAILED', 'URL_NOT_FOUND', 'QUESTION_TOO_LARGE'],
  },
};
