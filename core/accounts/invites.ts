import { Failure } from '../errors.ts';
import { newSortableId } from '../sortable-id.ts';
import { actorOf } from './audit.ts';
import type { AuditDeps } from './audit-log.ts';
import { newAuditEntry } from './audit-log.ts';
import type { Caller } from './caller.ts';
import { findWorkspace } from './change-workspace.ts';
import { seededAtMs, seededBytes } from './idempotency.ts';
import type { InviteStore } from './invite-store.ts';
import { newMailJob } from './mail-job.ts';
import type { GivenRole } from './member-store.ts';
import { newOneTimeToken, readOneTimeToken, TOKEN_LIFETIME_S } from './one-time-token.ts';
import type { Job } from './outbox.ts';
import type { UserStore } from './user-store.ts';
import type { Invite, Member, Workspace } from './workspace.ts';
import { MAX_SEATS } from './workspace.ts';
import type { WorkspaceStore } from './workspace-store.ts';

export type InviteDeps = AuditDeps & {
  readonly invites: InviteStore;
  readonly workspaces: Pick<WorkspaceStore, 'find'>;
  readonly users: Pick<UserStore, 'findByEmail'>;
};

export type InviteDraft = {
  /** As `normalEmail` writes it. */
  readonly email: string;
  readonly role: GivenRole;
  /** Where the link in the mail leads. */
  readonly appOrigin: string;
};

type By = Pick<Caller, 'workspaceId' | 'principal'>;

/**
 * Offers a seat by mail; a former invite of the same address ends. The same seed makes the same invite, however often.
 * Throws ALREADY_MEMBER, LIMIT_REACHED or WORKSPACE_NOT_FOUND.
 */
export async function invite(deps: InviteDeps, by: By, draft: InviteDraft, seed: string): Promise<Invite> {
  const workspace = await findWorkspace(deps, by.workspaceId);
  const { offered, mail } = newInvite(workspace, draft, seed);
  const entry = newAuditEntry(deps, {
    workspaceId: by.workspaceId,
    actor: actorOf(by.principal),
    action: 'member.invited',
    target: offered.id,
    details: { role: draft.role },
  });
  const invitee = await deps.users.findByEmail(draft.email);
  switch (await deps.invites.offer(offered, invitee?.id ?? null, entry, mail)) {
    case 'offered':
      return offered;
    case 'gone':
      throw new Failure('WORKSPACE_NOT_FOUND');
    case 'already_member':
      throw new Failure('ALREADY_MEMBER');
    case 'full':
      throw new Failure('LIMIT_REACHED', { limit: MAX_SEATS });
  }
}

/** All of it follows from the seed, the token too. A token's subject is the workspace and the invite, which finds its item. */
function newInvite(workspace: Workspace, draft: InviteDraft, seed: string): { offered: Invite; mail: Job } {
  const randomBytes = seededBytes(seed);
  const createdAtMs = seededAtMs(seed);
  const id = newSortableId('inv', createdAtMs, randomBytes);
  const token = newOneTimeToken('invite', `${workspace.id}~${id}`, randomBytes);
  return {
    offered: {
      id,
      workspaceId: workspace.id,
      email: draft.email,
      role: draft.role,
      tokenSha256: token.sha256,
      createdAtMs,
      expiresAtMs: createdAtMs + TOKEN_LIFETIME_S.invite * 1_000,
    },
    mail: newMailJob(
      { randomBytes, nowMs: () => createdAtMs },
      {
        kind: 'invited',
        to: draft.email,
        appOrigin: draft.appOrigin,
        workspaceName: workspace.name,
        role: draft.role,
        token: token.text,
      },
    ),
  };
}

/** Throws INVITE_NOT_FOUND or WORKSPACE_NOT_FOUND. */
export async function revokeInvite(deps: InviteDeps, by: By, inviteId: string): Promise<void> {
  const found = await deps.invites.find(by.workspaceId, inviteId);
  if (found === null) throw new Failure('INVITE_NOT_FOUND');
  const entry = newAuditEntry(deps, {
    workspaceId: by.workspaceId,
    actor: actorOf(by.principal),
    action: 'member.invite_revoked',
    target: inviteId,
    details: { role: found.role },
  });
  const outcome = await deps.invites.revoke(found, entry);
  if (outcome !== 'revoked') throw new Failure(outcome === 'gone' ? 'WORKSPACE_NOT_FOUND' : 'INVITE_NOT_FOUND');
}

/**
 * The person joins the workspace; that the invite was sent to their address, the write decides. Throws INVALID_TOKEN — the
 * same for every reason, so a stolen token tells nothing — or ALREADY_MEMBER.
 */
export async function acceptInvite(
  deps: InviteDeps,
  userId: string,
  tokenText: string,
): Promise<{ readonly workspace: Workspace; readonly role: GivenRole }> {
  const nowMs = deps.nowMs();
  const found = await findByToken(deps.invites, tokenText);
  if (found === null || found.expiresAtMs <= nowMs) throw new Failure('INVALID_TOKEN');
  const { workspaceId, role } = found;
  const member: Member = { workspaceId, userId, role, joinedAtMs: nowMs };
  const entry = newAuditEntry(deps, {
    workspaceId,
    actor: { kind: 'user', id: userId },
    action: 'member.joined',
    target: userId,
    details: { role },
  });
  switch (await deps.invites.accept(found, member, entry)) {
    case 'accepted':
      return { workspace: await findWorkspace(deps, workspaceId), role };
    case 'already_member':
      throw new Failure('ALREADY_MEMBER');
    case 'refused':
      throw new Failure('INVALID_TOKEN');
  }
}

async function findByToken(invites: InviteStore, tokenText: string): Promise<Invite | null> {
  const token = readOneTimeToken('invite', tokenText);
  const [workspaceId, inviteId] = token?.subject.split('~') ?? [];
  if (workspaceId === undefined || inviteId === undefined) return null;
  const found = await invites.find(workspaceId, inviteId);
  return found?.tokenSha256 === token?.sha256 ? found : null;
}
