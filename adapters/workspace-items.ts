import type { Role } from '../core/accounts/permissions.ts';
import type { PlanName } from '../core/accounts/plan.ts';
import type { Invite, Member, Workspace } from '../core/accounts/workspace.ts';
import { invitedKey, inviteKey, memberKey, membershipKey, traceKey, workspaceKey } from './table.ts';

type Item = Readonly<Record<string, unknown>>;

export const workspaceItem = (workspace: Workspace) => ({
  ...workspaceKey(workspace.id),
  id: workspace.id,
  name: workspace.name,
  plan: workspace.plan,
  owner_id: workspace.ownerId,
  status: workspace.status,
  version: workspace.version,
  created_at_ms: workspace.createdAtMs,
});

export const fromWorkspaceItem = (item: Item): Workspace => ({
  id: String(item['id']),
  name: String(item['name']),
  plan: item['plan'] as PlanName,
  ownerId: String(item['owner_id']),
  status: item['status'] === 'deleted' ? 'deleted' : 'active',
  version: Number(item['version']),
  createdAtMs: Number(item['created_at_ms']),
});

export const memberItem = (member: Member) => ({
  ...memberKey(member.workspaceId, member.userId),
  workspace_id: member.workspaceId,
  user_id: member.userId,
  role: member.role,
  joined_at_ms: member.joinedAtMs,
});

export const fromMemberItem = (item: Item): Member => ({
  workspaceId: String(item['workspace_id']),
  userId: String(item['user_id']),
  role: item['role'] as Role,
  joinedAtMs: Number(item['joined_at_ms']),
});

/** How a person finds their workspaces. */
export const membershipItem = ({ userId, workspaceId }: Member) => ({
  ...membershipKey(userId, workspaceId),
  workspace_id: workspaceId,
});

/** Stays when the person leaves: their id may stand in the workspace's audit log. */
export const traceItem = ({ userId, workspaceId }: Member) => ({
  ...traceKey(userId, workspaceId),
  workspace_id: workspaceId,
});

export const inviteItem = (invite: Invite) => ({
  ...inviteKey(invite.workspaceId, invite.id),
  id: invite.id,
  workspace_id: invite.workspaceId,
  email: invite.email,
  role: invite.role,
  token_sha256: invite.tokenSha256,
  created_at_ms: invite.createdAtMs,
  expires_at_ms: invite.expiresAtMs,
  ttl_s: Math.ceil(invite.expiresAtMs / 1_000),
});

/** How an address finds its invites: one for each workspace that invited it. */
export const invitedItem = ({ id, workspaceId, expiresAtMs }: Invite, emailSha256: string) => ({
  ...invitedKey(emailSha256, workspaceId),
  workspace_id: workspaceId,
  invite_id: id,
  ttl_s: Math.ceil(expiresAtMs / 1_000),
});

export const fromInviteItem = (item: Item): Invite => ({
  id: String(item['id']),
  workspaceId: String(item['workspace_id']),
  email: String(item['email']),
  role: item['role'] as Invite['role'],
  tokenSha256: String(item['token_sha256']),
  createdAtMs: Number(item['created_at_ms']),
  expiresAtMs: Number(item['expires_at_ms']),
});
