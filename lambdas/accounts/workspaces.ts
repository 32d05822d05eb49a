import {
  findWorkspace,
  deleteWorkspace as remove,
  renameWorkspace as rename,
} from '../../core/accounts/change-workspace.ts';
import type { WorkspaceDeps } from '../../core/accounts/make-workspace.ts';
import { makeWorkspace } from '../../core/accounts/make-workspace.ts';
import type { MemberStore } from '../../core/accounts/member-store.ts';
import { listMyWorkspaces } from '../../core/accounts/my-workspaces.ts';
import type { Role } from '../../core/accounts/permissions.ts';
import { transferWorkspace as transfer } from '../../core/accounts/transfer-workspace.ts';
import type { Workspace } from '../../core/accounts/workspace.ts';
import { etagOf, expectedVersion } from '../etag.ts';
import { callerOf, jsonAnswer, personOf } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { stored, withIdempotency } from '../idempotent.ts';
import { jsonBody, MAX_BODY_BYTES, parseMembers } from '../json-body.ts';
import { limitOf, pageQuery } from '../page-query.ts';
import type { HttpAnswer } from '../request.ts';
import type { AccountsRoute } from './context.ts';
import { callerInPath } from './workspace-caller.ts';
import type { WorkspaceAnswer } from './workspace-schemas.ts';
import { transferBody, workspaceBody } from './workspace-schemas.ts';

export type WorkspacesDeps = WorkspaceDeps & { readonly members: MemberStore };
type Route = AccountsRoute<WorkspacesDeps>;

export const listWorkspaces: Route = async ({ deps, request }) => {
  const { userId } = personOf(request);
  const query = parseMembers(pageQuery, request.query);
  const list = { name: 'workspaces', ownerId: userId, idPrefix: 'ws' } as const;
  const page = await listMyWorkspaces(deps, userId, limitOf(query), afterIdOf(query, list));
  return jsonAnswer(
    200,
    pageOf(page, list, ({ workspace, role }) => toAnswer(workspace, role)),
  );
};

/** The key is one person's: another's workspace of the same name is another workspace. */
export const createWorkspace: Route = async ({ deps, request }) => {
  const { userId } = personOf(request);
  const { workspaceId } = callerOf(request);
  return withIdempotency(deps, request, { workspaceId, userId, maxBytes: MAX_BODY_BYTES }, async (seed) => {
    const { name } = parseMembers(workspaceBody, jsonBody(request));
    const workspace = await makeWorkspace(deps, userId, name, seed);
    return stored(workspaceAnswer(201, workspace, 'owner', { location: `/v1/workspaces/${workspace.id}` }));
  });
};

export const readWorkspace: Route = async ({ deps, request }) => {
  const { workspaceId, role } = callerInPath(request);
  return workspaceAnswer(200, await findWorkspace(deps, workspaceId), role);
};

export const renameWorkspace: Route = async ({ deps, request }) => {
  const caller = callerInPath(request);
  const { name } = parseMembers(workspaceBody, jsonBody(request));
  return workspaceAnswer(200, await rename(deps, caller, name, expectedVersion(request)), caller.role);
};

export const deleteWorkspace: Route = async ({ deps, request }) => {
  await remove(deps, callerInPath(request), expectedVersion(request));
  return { status: 204 };
};

export const transferWorkspace: Route = async ({ deps, request }) => {
  const { workspaceId } = callerInPath(request);
  const { user_id: toId } = parseMembers(transferBody, jsonBody(request));
  await transfer(deps, workspaceId, { fromId: personOf(request).userId, toId });
  return workspaceAnswer(200, await findWorkspace(deps, workspaceId), 'admin');
};

export const toAnswer = (workspace: Workspace, role: Role | null): WorkspaceAnswer => ({
  id: workspace.id,
  name: workspace.name,
  plan: workspace.plan,
  role,
  owner_id: workspace.ownerId,
  version: workspace.version,
  created_at: new Date(workspace.createdAtMs).toISOString(),
});

const workspaceAnswer = (
  status: number,
  workspace: Workspace,
  role: Role | null,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => jsonAnswer(status, toAnswer(workspace, role), { etag: etagOf(workspace), ...headers });
