import { Failure } from '../errors.ts';
import type { AuditAction } from './audit.ts';
import { actorOf } from './audit.ts';
import { newAuditEntry } from './audit-log.ts';
import type { Caller } from './caller.ts';
import type { WorkspaceDeps } from './make-workspace.ts';
import type { Workspace } from './workspace.ts';
import type { WorkspaceStore } from './workspace-store.ts';

type By = Pick<Caller, 'workspaceId' | 'principal'>;

/** The version of an `If-Match`, or null when the caller does not insist. */
type ExpectedVersion = number | null;

const MAX_ATTEMPTS = 5;

/** Throws WORKSPACE_NOT_FOUND. */
export async function findWorkspace(
  deps: { readonly workspaces: Pick<WorkspaceStore, 'find'> },
  workspaceId: string,
): Promise<Workspace> {
  const workspace = await deps.workspaces.find(workspaceId);
  if (workspace === null || workspace.status === 'deleted') throw new Failure('WORKSPACE_NOT_FOUND');
  return workspace;
}

/** Throws WORKSPACE_NOT_FOUND or VERSION_CONFLICT. */
export async function renameWorkspace(
  deps: WorkspaceDeps,
  by: By,
  name: string,
  expected: ExpectedVersion,
): Promise<Workspace> {
  return change(deps, by, expected, async (former) => {
    const changed = { ...former, name, version: former.version + 1 };
    const outcome = await deps.workspaces.rename(former, changed, entryOf(deps, by, 'workspace.changed'));
    return outcome === 'changed' ? changed : null;
  });
}

/**
 * Ends a workspace: at once nobody gets in, then its links, keys and members are erased. Only its owner may, whatever
 * they were when the call began. Throws WORKSPACE_NOT_FOUND, FORBIDDEN, PERSONAL_WORKSPACE or VERSION_CONFLICT.
 */
export async function deleteWorkspace(deps: WorkspaceDeps, by: By, expected: ExpectedVersion): Promise<void> {
  await change(deps, by, expected, async (former) => {
    if (by.principal.kind !== 'user' || by.principal.userId !== former.ownerId) throw new Failure('FORBIDDEN');
    const job = { kind: 'erase-workspace', workspaceId: former.id } as const;
    const outcome = await deps.workspaces.remove(former, entryOf(deps, by, 'workspace.deleted'), job);
    if (outcome === 'personal') throw new Failure('PERSONAL_WORKSPACE');
    return outcome === 'removed' ? former : null;
  });
}

/** A caller with If-Match is told of a race; one without meant "whatever it is now", so it is tried again on top. */
async function change(
  deps: WorkspaceDeps,
  { workspaceId }: By,
  expected: ExpectedVersion,
  attempt: (former: Workspace) => Promise<Workspace | null>,
): Promise<Workspace> {
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    const former = await findWorkspace(deps, workspaceId);
    if (expected !== null && former.version !== expected)
      throw new Failure('VERSION_CONFLICT', { current_version: former.version });
    const changed = await attempt(former);
    if (changed !== null) return changed;
  }
  throw new Failure('VERSION_CONFLICT', {}, { detail: 'The workspace is being changed by many at once; try again.' });
}

const entryOf = (deps: WorkspaceDeps, { workspaceId, principal }: By, action: AuditAction) =>
  newAuditEntry(deps, { workspaceId, actor: actorOf(principal), action, target: workspaceId, details: {} });
