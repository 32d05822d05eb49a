import type { ApiKey } from './api-key.ts';
import { hashApiKey, isWellFormedApiKey } from './api-key.ts';
import type { Identity } from './caller.ts';
import { permissionsOfScopes } from './permissions.ts';
import type { Workspace } from './workspace.ts';

export type CredentialStore = {
  findApiKey(secretSha256Hex: string): Promise<ApiKey | null>;
  findWorkspace(workspaceId: string): Promise<Workspace | null>;
};

/** The caller behind an `Authorization` header (`Bearer` + API key), or null. A malformed key costs no read. */
export async function authenticate(
  store: CredentialStore,
  authorization: string | undefined,
): Promise<Identity | null> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined || !isWellFormedApiKey(token)) return null;
  const key = await store.findApiKey(hashApiKey(token));
  const workspace = key === null ? null : await store.findWorkspace(key.workspaceId);
  if (key === null || workspace === null || workspace.status !== 'active') return null;
  return {
    principal: { kind: 'key', keyId: key.id },
    credential: 'bearer',
    workspace: { id: workspace.id, plan: workspace.plan, role: null },
    permissions: permissionsOfScopes(key.scopes),
  };
}
