import type { Caller } from '../core/accounts/caller.ts';
import { createLimits } from '../core/accounts/plan.ts';
import type { RateLimitState, RateLimitStore } from '../core/accounts/rate-limit.ts';
import { rateLimitExceeded, retryAfterS } from '../core/accounts/rate-limit.ts';
import type { AnswerHeaders } from './http.ts';
import type { HttpAnswer } from './request.ts';

export type QuotaDeps = { readonly rateLimits: RateLimitStore; readonly nowMs: () => number };

/** Takes `amount` creates of the caller's windows and says in the answer's headers what is left. Throws RATE_LIMIT_EXCEEDED. */
export async function takeCreates(
  deps: QuotaDeps,
  caller: Caller,
  amount: number,
  headers: AnswerHeaders,
): Promise<void> {
  if (amount === 0) return;
  const nowMs = deps.nowMs();
  const { states, allowed } = await deps.rateLimits.take(caller.workspaceId, createLimits(caller.plan), amount, nowMs);
  announce(headers, states, nowMs);
  if (!allowed) throw rateLimitExceeded(states, amount, nowMs);
}

/** The same headers for a call that takes nothing. */
export async function showQuota(
  deps: QuotaDeps,
  { workspaceId, plan }: Pick<Caller, 'workspaceId' | 'plan'>,
  headers: AnswerHeaders,
): Promise<void> {
  const nowMs = deps.nowMs();
  announce(headers, await deps.rateLimits.peek(workspaceId, createLimits(plan), nowMs), nowMs);
}

/** Does the work and, beside it, says what is left; that this cannot be said is no reason to fail. */
export async function withQuotaShown(
  deps: QuotaDeps,
  caller: Pick<Caller, 'workspaceId' | 'plan'>,
  headers: AnswerHeaders,
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const [answer] = await Promise.allSettled([work(), showQuota(deps, caller, headers)]);
  if (answer.status === 'rejected') throw answer.reason;
  return answer.value;
}

/** IETF draft-ietf-httpapi-ratelimit-headers: `"name";q=quota;w=window` and `"name";r=remaining;t=seconds`, as lists. */
function announce(headers: AnswerHeaders, states: readonly RateLimitState[], nowMs: number): void {
  const policies = states.map(({ name, limit, windowS }) => `"${name}";q=${limit};w=${windowS}`);
  const standing = states.map((state) => `"${state.name}";r=${state.remaining};t=${retryAfterS(state, nowMs)}`);
  headers.set('ratelimit-policy', policies.join(', '));
  headers.set('ratelimit', standing.join(', '));
}
