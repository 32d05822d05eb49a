import type { Caller } from '../../core/accounts/caller.ts';
import { PLANS } from '../../core/accounts/plan.ts';
import type { RateLimit, RateLimitState, RateLimitStore } from '../../core/accounts/rate-limit.ts';
import { rateLimitExceeded, retryAfterS } from '../../core/accounts/rate-limit.ts';
import type { AnswerHeaders } from '../http.ts';

export type QuotaDeps = { readonly rateLimits: RateLimitStore; readonly nowMs: () => number };

export const createLimit = ({ plan }: Pick<Caller, 'plan'>): RateLimit => ({
  name: 'creates',
  limit: PLANS[plan].createsPerMinute,
  windowS: 60,
});

/** Takes `amount` creates of the caller's window and says in the answer's headers what is left. Throws RATE_LIMIT_EXCEEDED. */
export async function takeCreates(
  deps: QuotaDeps,
  caller: Caller,
  amount: number,
  headers: AnswerHeaders,
): Promise<void> {
  if (amount === 0) return;
  const limit = createLimit(caller);
  const nowMs = deps.nowMs();
  const state = await deps.rateLimits.take(caller.workspaceId, limit, amount, nowMs);
  announce(headers, limit, state, nowMs);
  if (!state.allowed) throw rateLimitExceeded(limit, state, nowMs);
}

/** The same headers for a call that takes nothing. */
export async function showQuota(deps: QuotaDeps, caller: Caller, headers: AnswerHeaders): Promise<void> {
  const limit = createLimit(caller);
  const nowMs = deps.nowMs();
  announce(headers, limit, await deps.rateLimits.peek(caller.workspaceId, limit, nowMs), nowMs);
}

/** IETF draft-ietf-httpapi-ratelimit-headers: `"name";q=quota;w=window` and `"name";r=remaining;t=seconds`. */
function announce(
  headers: AnswerHeaders,
  { name, limit, windowS }: RateLimit,
  state: RateLimitState,
  nowMs: number,
): void {
  headers.set('ratelimit-policy', `"${name}";q=${limit};w=${windowS}`);
  headers.set('ratelimit', `"${name}";r=${state.remaining};t=${retryAfterS(state, nowMs)}`);
}
