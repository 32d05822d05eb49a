import type { AuditLogDeps } from './audit-log.ts';
import { listAuditLog } from './audit-log.ts';
import type { AccountsRoutes } from './context.ts';
import type { InvitesDeps } from './invites.ts';
import { acceptInvite, createInvite, listInvites, revokeInvite } from './invites.ts';
import type { MembersDeps } from './members.ts';
import { changeMember, leaveWorkspace, listMembers, removeMember } from './members.ts';
import type { WorkspacesDeps } from './workspaces.ts';
import {
  createWorkspace,
  deleteWorkspace,
  listWorkspaces,
  readWorkspace,
  renameWorkspace,
  transferWorkspace,
} from './workspaces.ts';

export type SharedDeps = WorkspacesDeps & MembersDeps & InvitesDeps & AuditLogDeps;

/** What people share. */
export const WORKSPACE_ROUTES: AccountsRoutes<SharedDeps> = {
  'GET /v1/workspaces': listWorkspaces,
  'POST /v1/workspaces': createWorkspace,
  'GET /v1/workspaces/{workspace_id}': readWorkspace,
  'PATCH /v1/workspaces/{workspace_id}': renameWorkspace,
  'DELETE /v1/workspaces/{workspace_id}': deleteWorkspace,
  'POST /v1/workspaces/{workspace_id}/transfer': transferWorkspace,
  'POST /v1/workspaces/{workspace_id}/leave': leaveWorkspace,
  'GET /v1/workspaces/{workspace_id}/members': listMembers,
  'PATCH /v1/workspaces/{workspace_id}/members/{user_id}': changeMember,
  'DELETE /v1/workspaces/{workspace_id}/members/{user_id}': removeMember,
  'GET /v1/workspaces/{workspace_id}/invites': listInvites,
  'POST /v1/workspaces/{workspace_id}/invites': createInvite,
  'DELETE /v1/workspaces/{workspace_id}/invites/{invite_id}': revokeInvite,
  'POST /v1/invites/accept': acceptInvite,
  'GET /v1/audit-log': listAuditLog,
};
