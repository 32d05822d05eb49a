import type { CredentialStore } from '../core/accounts/authenticate.ts';

/** How long an answer of the store is believed: what was revoked stops working within this time. */
export const CREDENTIAL_MEMORY_MS = 1_000;
const MEMORY_ENTRIES = 1_000;

/**
 * Remembers what was found for a moment: a busy caller costs a few reads a second, not a few a call. What was not found
 * is not remembered, so what was just made works at once.
 */
export function rememberedCredentials(store: CredentialStore, nowMs: () => number): CredentialStore {
  const keys = memory((hash: string) => store.findApiKey(hash), nowMs);
  const sessions = memory((userId: string, id: string) => store.findSession(userId, id), nowMs);
  return {
    findApiKey: keys.find,
    findSession: sessions.find,
    findPerson: memory((userId: string) => store.findPerson(userId), nowMs).find,
    findWorkspace: memory((id: string) => store.findWorkspace(id), nowMs).find,
    findMember: memory((workspaceId: string, userId: string) => store.findMember(workspaceId, userId), nowMs).find,
    // Noted or not: one try per moment is enough.
    async noteApiKeyUse(hash, atMs) {
      keys.change([hash], (key) => ({ ...key, lastUsedAtMs: atMs }));
      await store.noteApiKeyUse(hash, atMs);
    },
    async noteSessionUse(userId, sessionId, atMs) {
      sessions.change([userId, sessionId], (session) => ({ ...session, lastUsedAtMs: atMs }));
      await store.noteSessionUse(userId, sessionId, atMs);
    },
  };
}

function memory<Names extends readonly string[], T>(find: (...names: Names) => Promise<T | null>, nowMs: () => number) {
  const known = new Map<string, { readonly value: T; readonly untilMs: number }>();
  return {
    find: async (...names: Names): Promise<T | null> => {
      const name = names.join(' ');
      const remembered = known.get(name);
      if (remembered !== undefined && remembered.untilMs > nowMs()) return remembered.value;
      const readAtMs = nowMs();
      const value = await find(...names);
      if (known.size >= MEMORY_ENTRIES) known.clear();
      if (value === null) known.delete(name);
      else known.set(name, { value, untilMs: readAtMs + CREDENTIAL_MEMORY_MS });
      return value;
    },
    change: (names: Names, to: (value: T) => T): void => {
      const name = names.join(' ');
      const remembered = known.get(name);
      if (remembered !== undefined) known.set(name, { ...remembered, value: to(remembered.value) });
    },
  };
}
