import type { Operations } from '../service/operation.ts';
import { statsAnswer, statsQuery } from './link-stats.ts';
import {
  breakdownAnswer,
  breakdownQuery,
  summaryAnswer,
  summaryQuery,
  timeSeriesAnswer,
  timeSeriesQuery,
} from './schemas.ts';

const QUESTION_FAILURES = ['VALIDATION_FAILED', 'URL_NOT_FOUND', 'UNSUPPORTED_FILTER', 'QUESTION_TOO_LARGE'] as const;

export const ANALYTICS_OPERATIONS: Operations = {
  'GET /v1/analytics/summary': {
    query: summaryQuery,
    success: { 200: summaryAnswer, 304: 'empty' },
    failures: QUESTION_FAILURES,
  },
  'GET /v1/analytics/timeseries': {
    query: timeSeriesQuery,
    success: { 200: timeSeriesAnswer, 304: 'empty' },
    failures: QUESTION_FAILURES,
  },
  'GET /v1/analytics/breakdown': {
    query: breakdownQuery,
    success: { 200: breakdownAnswer, 304: 'empty' },
    failures: QUESTION_FAILURES,
  },
  'GET /v1/urls/{code}/stats': {
    query: statsQuery,
    success: { 200: statsAnswer, 304: 'empty' },
    failures: ['VALIDATION_FAILED', 'URL_NOT_FOUND'],
  },
};
