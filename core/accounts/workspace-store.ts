import type { AuditEntry } from './audit.ts';
import type { Job } from './outbox.ts';
import type { Workspace } from './workspace.ts';

/**
 * Workspaces. Each change is one transaction with its audit entry and decided by its own conditions; `gone` is what is
 * told of a workspace that is not there, or deleted.
 */
export type WorkspaceStore = {
  find(workspaceId: string): Promise<Workspace | null>;
  /** Those that there are, in no order. */
  findMany(workspaceIds: readonly string[]): Promise<readonly Workspace[]>;
  /**
   * Makes it with its owner as the first member. `too_many`: the person owns MAX_OWNED_WORKSPACES; `refused`: the
   * person's account is not active. Made again by a repeat of the same request, it is the one that was made.
   */
  make(workspace: Workspace, entry: AuditEntry): Promise<'made' | 'too_many' | 'refused'>;
  /** Only from the version that was read. */
  rename(former: Workspace, changed: Workspace, entry: AuditEntry): Promise<'changed' | 'conflict'>;
  /** Only by its owner, and from the version that was read; the job erases what is in it. `personal`: it stays. */
  remove(former: Workspace, entry: AuditEntry, job: Job): Promise<'removed' | 'conflict' | 'personal'>;
  /**
   * A member becomes the owner, the owner an admin, or nothing changes. `not_member`: of the person who gets it;
   * `too_many`: they own MAX_OWNED_WORKSPACES; `not_owner`: of the one who gives it away.
   */
  transfer(
    workspaceId: string,
    people: { readonly fromId: string; readonly toId: string },
    entry: AuditEntry,
  ): Promise<'transferred' | 'gone' | 'not_owner' | 'not_member' | 'personal' | 'too_many'>;
};
