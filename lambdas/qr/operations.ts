import { contentTypeOf, QR_FORMATS } from '../../core/qr/qr-file.ts';
import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES, KEY_FAILURES } from '../service/operation.ts';
import {
  checkAnswer,
  checkBody,
  imageQuery,
  linkCodeQuery,
  listQuery,
  qrAnswer,
  qrBody,
  qrListAnswer,
} from './schemas.ts';

const DRAWING_FAILURES = ['QR_CONTENT_TOO_LONG', 'QR_SIZE_TOO_SMALL'] as const;
const IMAGE = { files: QR_FORMATS.map(contentTypeOf) };

export const QR_OPERATIONS: Operations = {
  'POST /v1/qr': {
    body: qrBody,
    // The image itself where Accept names its type.
    success: { 200: { ...IMAGE, json: qrAnswer }, 201: { ...IMAGE, json: qrAnswer } },
    failures: [
      ...BODY_FAILURES,
      ...KEY_FAILURES,
      ...DRAWING_FAILURES,
      'QR_UNSCANNABLE',
      'URL_NOT_FOUND',
      'INVALID_URL',
      'URL_BLOCKED',
      'INVALID_ALIAS',
      'ALIAS_TAKEN',
      'RATE_LIMIT_EXCEEDED',
    ],
  },
  'POST /v1/qr/check': {
    body: checkBody,
    success: { 200: checkAnswer },
    failures: [...BODY_FAILURES, ...DRAWING_FAILURES, 'URL_NOT_FOUND', 'RATE_LIMIT_EXCEEDED'],
  },
  'GET /v1/qr': { query: listQuery, success: { 200: qrListAnswer }, failures: ['VALIDATION_FAILED'] },
  'GET /v1/qr/{qr_id}': { success: { 200: qrAnswer }, failures: ['QR_NOT_FOUND'] },
  'GET /v1/qr/{qr_id}/image': {
    query: imageQuery,
    success: { 200: IMAGE },
    failures: ['VALIDATION_FAILED', 'QR_NOT_FOUND', 'LOGO_NOT_FOUND', 'QR_SIZE_TOO_SMALL', 'RATE_LIMIT_EXCEEDED'],
  },
  'GET /v1/urls/{code}/qr': {
    query: linkCodeQuery,
    success: { 200: IMAGE },
    failures: ['VALIDATION_FAILED', 'URL_NOT_FOUND', ...DRAWING_FAILURES, 'QR_UNSCANNABLE', 'RATE_LIMIT_EXCEEDED'],
  },
};
