import { Failure, validationFailed } from '../errors.ts';
import type { Page } from '../links/link-store.ts';
import type { RandomBytes } from '../links/short-code.ts';
import { newSortableId } from '../sortable-id.ts';
import type { ApiKey } from './api-key.ts';
import { hashApiKey, newApiKey, prefixOf } from './api-key.ts';
import type { Actor, AuditEntry } from './audit.ts';
import { newAuditEntry } from './audit-log.ts';
import type { Permission, Scope } from './permissions.ts';
import { permissionsOfScopes } from './permissions.ts';

export const MAX_API_KEYS = 100;

/** Each change is one transaction with its entry in the audit log and the workspace's count of keys. */
export type ApiKeyStore = {
  /** `full`: the workspace has `MAX_API_KEYS`; `gone`: it is being deleted. */
  put(key: ApiKey, secretSha256: string, entry: AuditEntry): Promise<'created' | 'full' | 'gone'>;
  /** Newest first; `after` is the id of the last key of the page before. */
  list(workspaceId: string, limit: number, after: string | null): Promise<Page<ApiKey>>;
  revoke(workspaceId: string, keyId: string, entry: AuditEntry): Promise<'revoked' | 'missing'>;
  /** Up to `limit` keys, the newest, all in one. `more`: there may be others. */
  revokeSome(workspaceId: string, limit: number, entryOf: (keyId: string) => AuditEntry): Promise<'done' | 'more'>;
};

export type ApiKeyDeps = {
  readonly apiKeys: ApiKeyStore;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

/** Who makes or revokes keys, and in which workspace. */
export type KeyMaster = {
  readonly workspaceId: string;
  readonly actor: Actor;
  readonly permissions: readonly Permission[];
};

export type ApiKeyDraft = {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAtMs: number | null;
};

/**
 * Makes a key; `secret` is its text, which nobody can read again. Throws FORBIDDEN for a scope that opens more than its
 * maker may, VALIDATION_FAILED for a key that would outlive the one it is made with, UNAUTHENTICATED where that one was
 * revoked meanwhile, LIMIT_REACHED, or WORKSPACE_NOT_FOUND.
 */
export async function createApiKey(
  deps: ApiKeyDeps,
  { workspaceId, actor, permissions }: KeyMaster,
  draft: ApiKeyDraft,
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  refuseScopesBeyond(permissions, draft.scopes);
  if (actor.kind === 'key') await refuseLifeBeyond(deps, workspaceId, actor.id, draft.expiresAtMs);
  const nowMs = deps.nowMs();
  const secret = newApiKey(deps.randomBytes);
  const key: ApiKey = {
    ...draft,
    id: newSortableId('key', nowMs, deps.randomBytes),
    workspaceId,
    prefix: prefixOf(secret),
    createdAtMs: nowMs,
    lastUsedAtMs: null,
  };
  // Not the name: people write into it what they like, and a log outlives people.
  const details = { prefix: key.prefix, scopes: key.scopes.join(' ') };
  const entry = newAuditEntry(deps, { workspaceId, actor, action: 'api_key.created', target: key.id, details });
  switch (await deps.apiKeys.put(key, hashApiKey(secret), entry)) {
    case 'created':
      return { key, secret };
    case 'full':
      throw new Failure('LIMIT_REACHED', { limit: MAX_API_KEYS });
    case 'gone':
      throw new Failure('WORKSPACE_NOT_FOUND');
  }
}

/** Throws API_KEY_NOT_FOUND. */
export async function revokeApiKey(
  deps: ApiKeyDeps,
  master: Omit<KeyMaster, 'permissions'>,
  keyId: string,
): Promise<void> {
  const outcome = await deps.apiKeys.revoke(master.workspaceId, keyId, revocation(deps, master, keyId));
  if (outcome === 'missing') throw new Failure('API_KEY_NOT_FOUND');
}

/** So many in one transaction: two items and an entry each, of the hundred that DynamoDB takes. */
const REVOKED_AT_ONCE = 30;

export async function revokeAllApiKeys(deps: ApiKeyDeps, master: Omit<KeyMaster, 'permissions'>): Promise<void> {
  const revokeSome = () =>
    deps.apiKeys.revokeSome(master.workspaceId, REVOKED_AT_ONCE, (keyId) => revocation(deps, master, keyId));
  while ((await revokeSome()) === 'more');
}

const revocation = (deps: ApiKeyDeps, { workspaceId, actor }: Omit<KeyMaster, 'permissions'>, keyId: string) =>
  newAuditEntry(deps, { workspaceId, actor, action: 'api_key.revoked', target: keyId, details: {} });

/** Whoever makes a key gives away what they have, never more. */
function refuseScopesBeyond(permissions: readonly Permission[], scopes: readonly Scope[]): void {
  const beyond = scopes.find((scope) => !permissionsOfScopes([scope]).every((opened) => permissions.includes(opened)));
  if (beyond === undefined) return;
  const detail = `A key with the scope ${beyond} would open more than you may.`;
  throw new Failure('FORBIDDEN', { required_scope: beyond }, { detail });
}

/** A key that was lent for a day must not leave one behind that is good for ever. */
async function refuseLifeBeyond(
  { apiKeys }: ApiKeyDeps,
  workspaceId: string,
  makerId: string,
  expiresAtMs: number | null,
): Promise<void> {
  const { items } = await apiKeys.list(workspaceId, MAX_API_KEYS, null);
  const maker = items.find(({ id }) => id === makerId);
  if (maker === undefined) throw new Failure('UNAUTHENTICATED');
  if (maker.expiresAtMs === null || (expiresAtMs !== null && expiresAtMs <= maker.expiresAtMs)) return;
  const message = `Must not be after ${new Date(maker.expiresAtMs).toISOString()}, the end of the key that makes it.`;
  throw validationFailed([{ path: 'expires_at', code: 'outlives_maker', message }]);
}
