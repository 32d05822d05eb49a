import type { ApiKey } from '../core/accounts/api-key.ts';
import type { Scope } from '../core/accounts/permissions.ts';
import { apiKeyKey, workspaceApiKeyKey } from './table.ts';

/** The stored form of an API key: its hash is the partition key, the key itself is nowhere. */
export const apiKeyItem = (key: ApiKey, secretSha256Hex: string) => ({
  ...apiKeyKey(secretSha256Hex),
  id: key.id,
  workspace_id: key.workspaceId,
  name: key.name,
  prefix: key.prefix,
  scopes: key.scopes,
  created_at_ms: key.createdAtMs,
  expires_at_ms: key.expiresAtMs,
  last_used_at_ms: key.lastUsedAtMs,
});

/** How a workspace finds its keys. */
export const workspaceApiKeyItem = ({ workspaceId, id }: ApiKey, secretSha256Hex: string) => ({
  ...workspaceApiKeyKey(workspaceId, id),
  secret_sha256: secretSha256Hex,
});

export const fromApiKeyItem = (item: Readonly<Record<string, unknown>>): ApiKey => ({
  id: String(item['id']),
  workspaceId: String(item['workspace_id']),
  name: String(item['name']),
  prefix: String(item['prefix']),
  scopes: item['scopes'] as readonly Scope[],
  createdAtMs: Number(item['created_at_ms']),
  expiresAtMs: orNull(item['expires_at_ms']),
  lastUsedAtMs: orNull(item['last_used_at_ms']),
});

const orNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
