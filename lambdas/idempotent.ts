import type { OnceDeps, StoredAnswer } from '../core/accounts/idempotency.ts';
import { hashRequest, MAX_IDEMPOTENCY_KEY_LENGTH, newSeed, once } from '../core/accounts/idempotency.ts';
import { validationFailed } from '../core/errors.ts';
import { jsonBody } from './json-body.ts';
import type { HttpAnswer, HttpRequest } from './request.ts';

/** Whose key it is, and how much body it may stand for. Keys are a workspace's (contract) unless they are one person's in it. */
export type KeyScope = { readonly workspaceId: string; readonly userId?: string; readonly maxBytes: number };

/**
 * With an Idempotency-Key the first answer is replayed; without one each request is its own. What `work` makes must
 * follow from its seed alone. Throws IDEMPOTENCY_MISMATCH, IDEMPOTENCY_IN_PROGRESS, or whatever `work` throws.
 */
export async function withIdempotency(
  deps: OnceDeps,
  request: HttpRequest,
  { workspaceId, userId, maxBytes }: KeyScope,
  work: (seed: string) => Promise<StoredAnswer>,
): Promise<HttpAnswer> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return work(newSeed(deps.randomBytes, deps.nowMs()));
  if (key === '' || key.length > MAX_IDEMPOTENCY_KEY_LENGTH) {
    const message = `Must have 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} characters.`;
    throw validationFailed([{ path: 'Idempotency-Key', code: 'invalid_header', message }]);
  }
  jsonBody(request, maxBytes);
  const requestHash = hashRequest(request.method, request.path, request.body ?? '');
  return once(deps, { workspaceId, key: userId === undefined ? key : `${userId}#${key}`, requestHash }, work);
}

/** An answer as it is kept for a replay. */
export const stored = ({ status, headers = {}, body = '' }: HttpAnswer): StoredAnswer => ({ status, headers, body });
