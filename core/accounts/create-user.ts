import type { RandomBytes } from '../links/short-code.ts';
import { newSortableId } from '../sortable-id.ts';
import type { Actor, AuditEntry } from './audit.ts';
import { newAuditEntry } from './audit-log.ts';
import type { PlanName } from './plan.ts';
import type { RegistrationName } from './registration.ts';
import type { User } from './user.ts';
import { DEFAULT_PREFERENCES } from './user.ts';
import type { UserToken } from './user-token.ts';
import type { Member, Workspace } from './workspace.ts';

/** All that comes into being with a person: the account, its personal workspace, and what that one's log begins with. */
export type NewAccount = {
  readonly user: User;
  readonly workspace: Workspace;
  readonly member: Member;
  readonly auditEntry: AuditEntry;
};

/** Puts an account with everything that belongs to it, in one transaction. `taken`: the address has one already. */
export type AccountStore = {
  /** Uses the registration up. `used_up`: it is not there any more. */
  createFrom(registration: RegistrationName, account: NewAccount): Promise<'created' | 'taken' | 'used_up'>;
  /** For an address somebody vouches for. With `token` the person chooses their password. */
  create(account: NewAccount, token: UserToken | null): Promise<'created' | 'taken'>;
  /** A token that is handed over otherwise than by mail. */
  addToken(token: UserToken): Promise<void>;
};

export type CreateUserDeps = { readonly randomBytes: RandomBytes; readonly nowMs: () => number };

export type AccountDraft = {
  /** As `normalEmail` writes it, and proven. */
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly isAdmin: boolean;
  readonly plan: PlanName;
};

/** The account of a draft; `operator` where a command makes it, else it is the person's own doing. */
export function newAccount(deps: CreateUserDeps, draft: AccountDraft, by: 'person' | 'operator'): NewAccount {
  const nowMs = deps.nowMs();
  const userId = newSortableId('usr', nowMs, deps.randomBytes);
  const workspaceId = newSortableId('ws', nowMs, deps.randomBytes);
  const actor: Actor = by === 'person' ? { kind: 'user', id: userId } : { kind: 'operator' };
  return {
    user: {
      id: userId,
      email: draft.email,
      name: draft.name,
      passwordHash: draft.passwordHash,
      passwordChangedAtMs: nowMs,
      isAdmin: draft.isAdmin,
      status: 'active',
      personalWorkspaceId: workspaceId,
      preferences: DEFAULT_PREFERENCES,
      version: 1,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    },
    workspace: {
      id: workspaceId,
      name: draft.name,
      plan: draft.plan,
      ownerId: userId,
      status: 'active',
      version: 1,
      createdAtMs: nowMs,
    },
    member: { workspaceId, userId, role: 'owner', joinedAtMs: nowMs },
    auditEntry: newAuditEntry(deps, {
      workspaceId,
      actor,
      action: 'workspace.created',
      target: workspaceId,
      details: {},
    }),
  };
}
