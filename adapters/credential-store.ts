import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { CredentialStore } from '../core/accounts/authenticate.ts';
import { fromApiKeyItem } from './api-key-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { apiKeyKey, workspaceKey } from './table.ts';
import { fromWorkspaceItem } from './workspace-items.ts';

export function credentialStore(client: DocumentClient, table: string): CredentialStore {
  const get = async (Key: { pk: string; sk: string }) =>
    (await client.send(new GetCommand({ TableName: table, Key }))).Item;
  return {
    async findApiKey(secretSha256Hex) {
      const item = await get(apiKeyKey(secretSha256Hex));
      return item === undefined ? null : fromApiKeyItem(item);
    },
    async findWorkspace(workspaceId) {
      const item = await get(workspaceKey(workspaceId));
      return item === undefined ? null : fromWorkspaceItem(item);
    },
  };
}

/** How long an answer of the store is believed: a revoked key stops working within this time. */
export const CREDENTIAL_MEMORY_MS = 1_000;
const MEMORY_ENTRIES = 1_000;

/** Remembers what was found for a moment: a busy key costs two reads a second, not two a call. Strangers' keys are not remembered. */
export function rememberedCredentials(store: CredentialStore, nowMs: () => number): CredentialStore {
  return {
    findApiKey: remembered((hash) => store.findApiKey(hash), nowMs),
    findWorkspace: remembered((id) => store.findWorkspace(id), nowMs),
  };
}

function remembered<T>(
  find: (name: string) => Promise<T | null>,
  nowMs: () => number,
): (name: string) => Promise<T | null> {
  const memory = new Map<string, { readonly value: T; readonly untilMs: number }>();
  return async (name) => {
    const known = memory.get(name);
    if (known !== undefined && known.untilMs > nowMs()) return known.value;
    const readAtMs = nowMs();
    const value = await find(name);
    if (memory.size >= MEMORY_ENTRIES) memory.clear();
    if (value === null) memory.delete(name);
    else memory.set(name, { value, untilMs: readAtMs + CREDENTIAL_MEMORY_MS });
    return value;
  };
}
