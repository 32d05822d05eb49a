import type { Page } from '../links/link-store.ts';
import type { AuditEntry } from './audit.ts';
import type { Role } from './permissions.ts';
import type { Member } from './workspace.ts';

/** Everything but the owner, whom only a transfer makes. */
export type GivenRole = Exclude<Role, 'owner'>;

/** Members of workspaces. A page's cursor is the id of its last entry; entries are in the order of their ids. */
export type MemberStore = {
  find(workspaceId: string, userId: string): Promise<Member | null>;
  list(workspaceId: string, limit: number, afterUserId: string | null): Promise<Page<Member>>;
  /** What a person is a member of, deleted workspaces too. */
  listOf(userId: string, limit: number, afterWorkspaceId: string | null): Promise<Page<Member>>;
  /** Decided by the write: nobody gives or takes the owner's role so. */
  changeRole(
    workspaceId: string,
    userId: string,
    role: GivenRole,
    entry: AuditEntry,
  ): Promise<'changed' | 'gone' | 'not_member' | 'owner'>;
  /** Also how somebody leaves. */
  remove(workspaceId: string, userId: string, entry: AuditEntry): Promise<'removed' | 'gone' | 'not_member' | 'owner'>;
};

/** What members of a workspace see of each other. */
export type PersonName = { readonly id: string; readonly email: string; readonly name: string };

/** The people with active accounts among these, in no order. */
export type PeopleStore = { findNames(userIds: readonly string[]): Promise<readonly PersonName[]> };
