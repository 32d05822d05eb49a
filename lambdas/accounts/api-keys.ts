import * as z from 'zod/mini';
import type { ApiKey } from '../../core/accounts/api-key.ts';
import type { ApiKeyDeps } from '../../core/accounts/api-keys.ts';
import {
  createApiKey as create,
  revokeApiKey as revoke,
  revokeAllApiKeys as revokeAll,
} from '../../core/accounts/api-keys.ts';
import { actorOf } from '../../core/accounts/audit.ts';
import { SCOPES } from '../../core/accounts/permissions.ts';
import { Failure, validationFailed } from '../../core/errors.ts';
import { couldBeId } from '../../core/sortable-id.ts';
import { callerOf, jsonAnswer } from '../http.ts';
import { afterIdOf, pageOf } from '../id-list.ts';
import { jsonBody, parseMembers } from '../json-body.ts';
import { limitOf, pageAnswer, pageQuery } from '../page-query.ts';
import type { HttpRequest } from '../request.ts';
import type { AccountsRoute } from './context.ts';

const MAX_NAME_LENGTH = 100;
const timestamp = z.iso.datetime({ offset: true });

export const apiKeyBody = z.strictObject({
  name: z.string().check(z.maxLength(MAX_NAME_LENGTH), z.regex(/\S/, 'Must not be blank.')),
  scopes: z.array(z.enum(SCOPES)).check(z.minLength(1), z.maxLength(SCOPES.length)),
  expires_at: z.optional(z.nullable(timestamp)),
});

export const apiKeyAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** What the key begins with. */
  prefix: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  expires_at: z.nullable(timestamp),
  last_used_at: z.nullable(timestamp),
  created_at: timestamp,
});
/** `key` is the key itself; this is the only answer that has it. */
export const newApiKeyAnswer = z.strictObject({ ...apiKeyAnswer.shape, key: z.string() });
export const apiKeysAnswer = pageAnswer(apiKeyAnswer);

export const createApiKey: AccountsRoute<ApiKeyDeps> = async ({ deps, request }) => {
  refuseIdempotencyKey(request);
  const { name, scopes, expires_at } = parseMembers(apiKeyBody, jsonBody(request));
  const { workspaceId, principal, permissions } = callerOf(request);
  const draft = { name, scopes: [...new Set(scopes)], expiresAtMs: expiryOf(expires_at, deps.nowMs()) };
  const { key, secret } = await create(deps, { workspaceId, actor: actorOf(principal), permissions }, draft);
  return jsonAnswer(201, { ...toApiKeyAnswer(key), key: secret });
};

export const listApiKeys: AccountsRoute<ApiKeyDeps> = async ({ deps, request }) => {
  const query = parseMembers(pageQuery, request.query);
  const { workspaceId } = callerOf(request);
  const list = { name: 'api-keys', ownerId: workspaceId, idPrefix: 'key' } as const;
  const page = await deps.apiKeys.list(workspaceId, limitOf(query), afterIdOf(query, list));
  return jsonAnswer(200, pageOf(page, list, toApiKeyAnswer));
};

export const revokeApiKey: AccountsRoute<ApiKeyDeps> = async ({ deps, request }) => {
  const { workspaceId, principal } = callerOf(request);
  const keyId = request.params['key_id'] ?? '';
  if (!couldBeId('key', keyId)) throw new Failure('API_KEY_NOT_FOUND');
  await revoke(deps, { workspaceId, actor: actorOf(principal) }, keyId);
  return { status: 204 };
};

export const revokeAllApiKeys: AccountsRoute<ApiKeyDeps> = async ({ deps, request }) => {
  const { workspaceId, principal } = callerOf(request);
  await revokeAll(deps, { workspaceId, actor: actorOf(principal) });
  return { status: 204 };
};

/** What is shown once cannot be repeated, and an answer that is kept for repeats would hold the key. */
function refuseIdempotencyKey({ headers }: HttpRequest): void {
  if (headers['idempotency-key'] === undefined) return;
  const message = 'A key is shown once, so making one cannot be repeated.';
  throw validationFailed([{ path: 'Idempotency-Key', code: 'not_here', message }]);
}

function expiryOf(expiresAt: string | null | undefined, nowMs: number): number | null {
  if (expiresAt === undefined || expiresAt === null) return null;
  const expiresAtMs = Date.parse(expiresAt);
  if (expiresAtMs <= nowMs)
    throw validationFailed([{ path: 'expires_at', code: 'not_in_future', message: 'Must be in the future.' }]);
  return expiresAtMs;
}

export const toApiKeyAnswer = (key: ApiKey): z.infer<typeof apiKeyAnswer> => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: [...key.scopes],
  expires_at: timeOf(key.expiresAtMs),
  last_used_at: timeOf(key.lastUsedAtMs),
  created_at: new Date(key.createdAtMs).toISOString(),
});

const timeOf = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
