import type { Page } from '../links/link-store.ts';
import type { MemberStore } from './member-store.ts';
import type { Role } from './permissions.ts';
import type { Workspace } from './workspace.ts';
import type { WorkspaceStore } from './workspace-store.ts';

export type JoinedWorkspace = { readonly workspace: Workspace; readonly role: Role };

/** The workspaces a person is a member of, the longest standing first; three reads, however many there are. */
export async function listMyWorkspaces(
  deps: { readonly workspaces: Pick<WorkspaceStore, 'findMany'>; readonly members: Pick<MemberStore, 'listOf'> },
  userId: string,
  limit: number,
  afterWorkspaceId: string | null,
): Promise<Page<JoinedWorkspace>> {
  const { items: memberships, cursor } = await deps.members.listOf(userId, limit, afterWorkspaceId);
  const workspaces = await deps.workspaces.findMany(memberships.map(({ workspaceId }) => workspaceId));
  const byId = new Map(workspaces.map((workspace) => [workspace.id, workspace]));
  const items = memberships.flatMap(({ workspaceId, role }) => {
    const workspace = byId.get(workspaceId);
    return workspace?.status === 'active' ? [{ workspace, role }] : [];
  });
  return { items, cursor };
}
