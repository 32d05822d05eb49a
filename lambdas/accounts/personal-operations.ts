import { userAnswer } from '../auth/schemas.ts';
import { pageQuery } from '../page-query.ts';
import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES } from '../service/operation.ts';
import { apiKeyBody, apiKeysAnswer, newApiKeyAnswer } from './api-keys.ts';
import { deletionAnswer } from './delete-account.ts';
import { exportAnswer, exportQuery } from './export-schemas.ts';
import { preferencesAnswer, preferencesBody } from './preferences.ts';
import { profileBody } from './profile.ts';
import { endAllQuery, sessionsAnswer } from './sessions.ts';
import { usageAnswer } from './usage.ts';
import { listedUserAnswer, userBody, usersAnswer, usersQuery } from './users.ts';

/** The shapes of what is one person's own, of what administrators do, and of API keys. */
export const PERSONAL_OPERATIONS: Operations = {
  'GET /v1/users/me': { success: { 200: userAnswer }, failures: [] },
  'PATCH /v1/users/me': {
    body: profileBody,
    success: { 200: userAnswer },
    failures: [...BODY_FAILURES, 'VERSION_CONFLICT'],
  },
  'DELETE /v1/users/me': { success: { 202: deletionAnswer }, failures: ['LAST_ADMIN', 'VERSION_CONFLICT'] },
  'GET /v1/users/me/preferences': { success: { 200: preferencesAnswer }, failures: [] },
  'PUT /v1/users/me/preferences': {
    body: preferencesBody,
    success: { 200: preferencesAnswer },
    failures: [...BODY_FAILURES, 'VERSION_CONFLICT'],
  },
  'GET /v1/users/me/export': {
    query: exportQuery,
    success: { 200: exportAnswer },
    failures: ['VALIDATION_FAILED'],
  },
  'GET /v1/sessions': { query: pageQuery, success: { 200: sessionsAnswer }, failures: ['VALIDATION_FAILED'] },
  'DELETE /v1/sessions': { query: endAllQuery, success: { 204: 'empty' }, failures: ['VALIDATION_FAILED'] },
  'DELETE /v1/sessions/{session_id}': { success: { 204: 'empty' }, failures: ['SESSION_NOT_FOUND'] },
  'GET /v1/users': { query: usersQuery, success: { 200: usersAnswer }, failures: ['VALIDATION_FAILED'] },
  'GET /v1/users/{user_id}': { success: { 200: listedUserAnswer }, failures: ['USER_NOT_FOUND'] },
  'PUT /v1/users/{user_id}': {
    body: userBody,
    success: { 200: listedUserAnswer },
    failures: [...BODY_FAILURES, 'USER_NOT_FOUND', 'LAST_ADMIN', 'VERSION_CONFLICT'],
  },
  'GET /v1/workspaces/{workspace_id}/usage': {
    success: { 200: usageAnswer },
    failures: ['WORKSPACE_NOT_FOUND'],
  },
  'GET /v1/api-keys': { query: pageQuery, success: { 200: apiKeysAnswer }, failures: ['VALIDATION_FAILED'] },
  'POST /v1/api-keys': {
    body: apiKeyBody,
    success: { 201: newApiKeyAnswer },
    failures: [...BODY_FAILURES, 'LIMIT_REACHED'],
  },
  'DELETE /v1/api-keys': { success: { 204: 'empty' }, failures: [] },
  'DELETE /v1/api-keys/{key_id}': { success: { 204: 'empty' }, failures: ['API_KEY_NOT_FOUND'] },
};
