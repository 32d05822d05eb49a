import { pageAnswer, pageQuery } from '../page-query.ts';
import type { Operations } from '../service/operation.ts';
import { BODY_FAILURES, KEY_FAILURES } from '../service/operation.ts';
import {
  acceptBody,
  auditAnswer,
  auditQuery,
  inviteAnswer,
  inviteBody,
  memberAnswer,
  memberBody,
  transferBody,
  workspaceAnswer,
  workspaceBody,
} from './workspace-schemas.ts';

/** The shapes of what people share. That a workspace is not there for somebody, the route table says. */
export const WORKSPACE_OPERATIONS: Operations = {
  'GET /v1/workspaces': {
    query: pageQuery,
    success: { 200: pageAnswer(workspaceAnswer) },
    failures: ['VALIDATION_FAILED'],
  },
  'POST /v1/workspaces': {
    body: workspaceBody,
    success: { 201: workspaceAnswer },
    failures: [...BODY_FAILURES, ...KEY_FAILURES, 'LIMIT_REACHED', 'WORKSPACE_NOT_FOUND'],
  },
  'GET /v1/workspaces/{workspace_id}': { success: { 200: workspaceAnswer }, failures: [] },
  'PATCH /v1/workspaces/{workspace_id}': {
    body: workspaceBody,
    success: { 200: workspaceAnswer },
    failures: [...BODY_FAILURES, 'VERSION_CONFLICT'],
  },
  'DELETE /v1/workspaces/{workspace_id}': {
    success: { 204: 'empty' },
    failures: ['PERSONAL_WORKSPACE', 'VERSION_CONFLICT'],
  },
  'POST /v1/workspaces/{workspace_id}/transfer': {
    body: transferBody,
    success: { 200: workspaceAnswer },
    failures: [...BODY_FAILURES, 'MEMBER_NOT_FOUND', 'PERSONAL_WORKSPACE', 'LIMIT_REACHED'],
  },
  'POST /v1/workspaces/{workspace_id}/leave': { success: { 204: 'empty' }, failures: ['OWNER_REQUIRED'] },
  'GET /v1/workspaces/{workspace_id}/members': {
    query: pageQuery,
    success: { 200: pageAnswer(memberAnswer) },
    failures: ['VALIDATION_FAILED'],
  },
  'PATCH /v1/workspaces/{workspace_id}/members/{user_id}': {
    body: memberBody,
    success: { 200: memberAnswer },
    failures: [...BODY_FAILURES, 'MEMBER_NOT_FOUND', 'OWNER_REQUIRED'],
  },
  'DELETE /v1/workspaces/{workspace_id}/members/{user_id}': {
    success: { 204: 'empty' },
    failures: ['MEMBER_NOT_FOUND', 'OWNER_REQUIRED'],
  },
  'GET /v1/workspaces/{workspace_id}/invites': {
    query: pageQuery,
    success: { 200: pageAnswer(inviteAnswer) },
    failures: ['VALIDATION_FAILED'],
  },
  'POST /v1/workspaces/{workspace_id}/invites': {
    body: inviteBody,
    success: { 201: inviteAnswer },
    failures: [...BODY_FAILURES, ...KEY_FAILURES, 'ALREADY_MEMBER', 'LIMIT_REACHED', 'RATE_LIMIT_EXCEEDED'],
  },
  'DELETE /v1/workspaces/{workspace_id}/invites/{invite_id}': {
    success: { 204: 'empty' },
    failures: ['INVITE_NOT_FOUND'],
  },
  'POST /v1/invites/accept': {
    body: acceptBody,
    success: { 200: workspaceAnswer },
    failures: [...BODY_FAILURES, 'INVALID_TOKEN', 'ALREADY_MEMBER'],
  },
  'GET /v1/audit-log': {
    query: auditQuery,
    success: { 200: pageAnswer(auditAnswer) },
    failures: ['VALIDATION_FAILED'],
  },
};
