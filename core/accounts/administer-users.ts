import { Failure } from '../errors.ts';
import type { Page } from '../links/link-store.ts';
import type { RandomBytes } from '../links/short-code.ts';
import type { AuditEntry } from './audit.ts';
import { newAuditEntry } from './audit-log.ts';
import type { PlanName } from './plan.ts';
import type { SessionStore } from './session-store.ts';
import type { User } from './user.ts';

/** A person as administrators see them: with the plan of the personal workspace. */
export type ListedUser = { readonly user: User; readonly plan: PlanName };

export type UserChange = {
  readonly name: string;
  readonly isAdmin: boolean;
  readonly status: 'active' | 'suspended';
  /** Null leaves it as it is. */
  readonly plan: PlanName | null;
};

export type UserDirectory = {
  /** Newest first. Accounts that are being erased are left out, so a page may be short. */
  list(limit: number, cursor: string | null): Promise<Page<ListedUser>>;
  find(userId: string): Promise<ListedUser | null>;
  /** `email` as `normalEmail` writes it. */
  findByEmail(email: string): Promise<ListedUser | null>;
  /** One transaction, if the version is still `former.user.version`; `entry` tells of the plan where it changes. */
  replace(
    former: ListedUser,
    change: UserChange,
    atMs: number,
    entry: AuditEntry,
  ): Promise<'changed' | 'conflict' | 'last_administrator'>;
};

export type UsersDeps = {
  readonly directory: UserDirectory;
  readonly sessions: Pick<SessionStore, 'endAll'>;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

const MAX_ATTEMPTS = 5;

/** Throws USER_NOT_FOUND, also for an account that is being erased. */
export async function readUser({ directory }: Pick<UsersDeps, 'directory'>, userId: string): Promise<ListedUser> {
  const found = await directory.find(userId);
  if (found === null || found.user.status === 'deleted') throw new Failure('USER_NOT_FOUND');
  return found;
}

/** Throws USER_NOT_FOUND, VERSION_CONFLICT or LAST_ADMIN. Who is suspended has no session any more. */
export async function changeUser(
  deps: UsersDeps,
  userId: string,
  change: UserChange,
  expected: number | null,
): Promise<ListedUser> {
  const changed = await replace(deps, userId, change, expected);
  // After the status: from then on nobody can sign in, so none is left.
  if (change.status === 'suspended') await deps.sessions.endAll(userId);
  return changed;
}

async function replace(
  deps: UsersDeps,
  userId: string,
  change: UserChange,
  expected: number | null,
): Promise<ListedUser> {
  const { plan, ...settings } = change;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const former = await readUser(deps, userId);
    const { version, personalWorkspaceId } = former.user;
    if (expected !== null && version !== expected) throw new Failure('VERSION_CONFLICT', { current_version: version });
    const atMs = deps.nowMs();
    const entry = newAuditEntry(deps, {
      workspaceId: personalWorkspaceId,
      actor: { kind: 'operator' },
      action: 'workspace.changed',
      target: personalWorkspaceId,
      details: { plan: plan ?? former.plan },
    });
    switch (await deps.directory.replace(former, change, atMs, entry)) {
      case 'changed':
        return {
          user: { ...former.user, ...settings, version: version + 1, updatedAtMs: atMs },
          plan: plan ?? former.plan,
        };
      case 'last_administrator':
        throw new Failure('LAST_ADMIN');
      case 'conflict':
    }
  }
  throw new Failure('VERSION_CONFLICT', {}, { detail: 'The account is being changed by many at once; try again.' });
}
