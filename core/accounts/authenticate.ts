import type { ApiKey } from './api-key.ts';
import { hashApiKey, isWellFormedApiKey } from './api-key.ts';
import type { PlanName, Workspace } from './plan.ts';

export type CredentialStore = {
  findApiKey(secretSha256Hex: string): Promise<ApiKey | null>;
  findWorkspace(workspaceId: string): Promise<Workspace | null>;
};

/** Who calls: what the authorizer hands to every handler. */
export type Caller = {
  readonly workspaceId: string;
  readonly plan: PlanName;
  readonly keyId: string;
  readonly scopes: readonly string[];
};

/** The caller behind an `Authorization` header (`Bearer` + API key), or null. A malformed key costs no read. */
export async function authenticate(store: CredentialStore, authorization: string | undefined): Promise<Caller | null> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined || !isWellFormedApiKey(token)) return null;
  const key = await store.findApiKey(hashApiKey(token));
  const workspace = key === null ? null : await store.findWorkspace(key.workspaceId);
  if (key === null || workspace === null) return null;
  return { workspaceId: workspace.id, plan: workspace.plan, keyId: key.id, scopes: key.scopes };
}
