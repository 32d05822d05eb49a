import { Failure, validationFailed } from '../errors.ts';
import { newAuditEntry } from './audit-log.ts';
import type { WorkspaceDeps } from './make-workspace.ts';
import { MAX_OWNED_WORKSPACES } from './workspace.ts';

/**
 * Makes a member the owner and the former owner an admin, both or neither. Throws WORKSPACE_NOT_FOUND, FORBIDDEN,
 * MEMBER_NOT_FOUND, PERSONAL_WORKSPACE, LIMIT_REACHED, or VALIDATION_FAILED for the owner as receiver.
 */
export async function transferWorkspace(
  deps: WorkspaceDeps,
  workspaceId: string,
  { fromId, toId }: { readonly fromId: string; readonly toId: string },
): Promise<void> {
  if (fromId === toId)
    throw validationFailed([{ path: 'user_id', code: 'already_owner', message: 'Must be another member.' }]);
  const entry = newAuditEntry(deps, {
    workspaceId,
    actor: { kind: 'user', id: fromId },
    action: 'workspace.transferred',
    target: toId,
    details: {},
  });
  switch (await deps.workspaces.transfer(workspaceId, { fromId, toId }, entry)) {
    case 'transferred':
      return;
    case 'gone':
      throw new Failure('WORKSPACE_NOT_FOUND');
    case 'not_owner':
      throw new Failure('FORBIDDEN');
    case 'not_member':
      throw new Failure('MEMBER_NOT_FOUND');
    case 'personal':
      throw new Failure('PERSONAL_WORKSPACE');
    case 'too_many': {
      const detail = 'This person owns as many workspaces as one account may.';
      throw new Failure('LIMIT_REACHED', { limit: MAX_OWNED_WORKSPACES }, { detail });
    }
  }
}
