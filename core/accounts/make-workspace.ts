import { Failure } from '../errors.ts';
import type { RandomBytes } from '../links/short-code.ts';
import { newSortableId } from '../sortable-id.ts';
import { newAuditEntry } from './audit-log.ts';
import { seededAtMs, seededBytes } from './idempotency.ts';
import type { Workspace } from './workspace.ts';
import { MAX_OWNED_WORKSPACES } from './workspace.ts';
import type { WorkspaceStore } from './workspace-store.ts';

export type WorkspaceDeps = {
  readonly workspaces: WorkspaceStore;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

/**
 * A workspace of the person's own on the free plan. The same seed makes the same one, however often.
 * Throws LIMIT_REACHED, or UNAUTHENTICATED where the account is ending.
 */
export async function makeWorkspace(
  deps: WorkspaceDeps,
  ownerId: string,
  name: string,
  seed: string,
): Promise<Workspace> {
  const createdAtMs = seededAtMs(seed);
  const id = newSortableId('ws', createdAtMs, seededBytes(seed));
  const workspace: Workspace = { id, name, plan: 'free', ownerId, status: 'active', version: 1, createdAtMs };
  const entry = newAuditEntry(deps, {
    workspaceId: id,
    actor: { kind: 'user', id: ownerId },
    action: 'workspace.created',
    target: id,
    details: {},
  });
  switch (await deps.workspaces.make(workspace, entry)) {
    case 'made':
      return workspace;
    case 'too_many':
      throw new Failure('LIMIT_REACHED', { limit: MAX_OWNED_WORKSPACES });
    case 'refused':
      throw new Failure('UNAUTHENTICATED');
  }
}
