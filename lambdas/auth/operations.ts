import * as z from 'zod/mini';
import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES } from '../service/operation.ts';
import {
  changeEmailBody,
  changePasswordBody,
  confirmEmailBody,
  forgotPasswordBody,
  jwksAnswer,
  loginBody,
  mailSentAnswer,
  registerBody,
  resetPasswordBody,
  signedInAnswer,
  verifiedAnswer,
  verifyEmailBody,
} from './schemas.ts';

const PASSWORD = ['INVALID_CREDENTIALS', 'SIGN_IN_LOCKED', 'SERVICE_UNAVAILABLE'] as const;
const MAIL = ['RATE_LIMIT_EXCEEDED', 'FORBIDDEN'] as const;

/** A page that a mail leads to wants its token. */
const pageQuery = z.object({ token: z.optional(z.string()) });

/** The shapes of the auth function's operations, by the very schemas that check them. */
export const AUTH_OPERATIONS: Operations = {
  'POST /v1/auth/register': {
    body: registerBody,
    success: { 201: mailSentAnswer },
    failures: [...BODY_FAILURES, ...MAIL, 'WEAK_PASSWORD', 'REGISTRATION_CLOSED', 'SERVICE_UNAVAILABLE'],
  },
  'POST /v1/auth/verify-email': {
    body: verifyEmailBody,
    success: { 200: verifiedAnswer },
    failures: [...BODY_FAILURES, 'INVALID_TOKEN'],
  },
  'POST /v1/auth/login': {
    body: loginBody,
    success: { 200: signedInAnswer },
    failures: [...BODY_FAILURES, ...PASSWORD],
  },
  'POST /v1/auth/refresh': {
    success: { 200: signedInAnswer },
    failures: ['UNAUTHENTICATED', 'CSRF_HEADER_REQUIRED', 'SERVICE_UNAVAILABLE'],
  },
  'POST /v1/auth/logout': { success: { 204: 'empty' }, failures: ['CSRF_HEADER_REQUIRED'] },
  'POST /v1/auth/password/forgot': {
    body: forgotPasswordBody,
    success: { 202: mailSentAnswer },
    failures: [...BODY_FAILURES, ...MAIL],
  },
  'POST /v1/auth/password/reset': {
    body: resetPasswordBody,
    success: { 204: 'empty' },
    failures: [...BODY_FAILURES, 'INVALID_TOKEN', 'WEAK_PASSWORD', 'FORBIDDEN', 'SERVICE_UNAVAILABLE'],
  },
  'POST /v1/auth/password/change': {
    body: changePasswordBody,
    success: { 204: 'empty' },
    failures: [...BODY_FAILURES, ...PASSWORD, 'WEAK_PASSWORD', 'CSRF_HEADER_REQUIRED'],
  },
  'POST /v1/auth/email/change': {
    body: changeEmailBody,
    success: { 202: mailSentAnswer },
    failures: [...BODY_FAILURES, ...PASSWORD, 'RATE_LIMIT_EXCEEDED', 'CSRF_HEADER_REQUIRED'],
  },
  'POST /v1/auth/email/confirm': {
    body: confirmEmailBody,
    success: { 200: verifiedAnswer },
    failures: [...BODY_FAILURES, 'INVALID_TOKEN', 'EMAIL_TAKEN', 'FORBIDDEN'],
  },
  'GET /.well-known/jwks.json': { success: { 200: jwksAnswer }, failures: [] },
  'GET /account/{page}': { query: pageQuery, success: { 200: 'page', 400: 'page' }, failures: ['NOT_FOUND'] },
  'POST /account/{page}': {
    // A refusal is a page too, with the status of its word.
    success: { 200: 'page', 400: 'page', 401: 'page', 403: 'page', 409: 'page', 429: 'page', 503: 'page' },
    failures: ['NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'],
  },
};
