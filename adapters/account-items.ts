import type { ApiKey, Scope } from '../core/accounts/api-key.ts';
import type { PlanName, Workspace } from '../core/accounts/plan.ts';
import { apiKeyKey, workspaceKey } from './table.ts';

/** The stored form of an API key: its hash is the partition key, the key itself is nowhere. */
export const apiKeyItem = (key: ApiKey, secretSha256Hex: string) => ({
  ...apiKeyKey(secretSha256Hex),
  id: key.id,
  workspace_id: key.workspaceId,
  name: key.name,
  scopes: key.scopes,
  created_at_ms: key.createdAtMs,
});

export const workspaceItem = (workspace: Workspace) => ({
  ...workspaceKey(workspace.id),
  id: workspace.id,
  name: workspace.name,
  plan: workspace.plan,
  created_at_ms: workspace.createdAtMs,
});

export const fromApiKeyItem = (item: Readonly<Record<string, unknown>>): ApiKey => ({
  id: String(item['id']),
  workspaceId: String(item['workspace_id']),
  name: String(item['name']),
  scopes: item['scopes'] as readonly Scope[],
  createdAtMs: Number(item['created_at_ms']),
});

export const fromWorkspaceItem = (item: Readonly<Record<string, unknown>>): Workspace => ({
  id: String(item['id']),
  name: String(item['name']),
  plan: item['plan'] as PlanName,
  createdAtMs: Number(item['created_at_ms']),
});
