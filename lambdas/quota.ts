import type { Caller } from '../core/accounts/caller.ts';
import { codeLimits, createLimits, eventLimits, LINKS_LIMIT, reportLimits } from '../core/accounts/plan.ts';
import type { RateLimit, RateLimitState, RateLimitStore } from '../core/accounts/rate-limit.ts';
import { rateLimitExceeded, retryAfterS } from '../core/accounts/rate-limit.ts';
import { Failure } from '../core/errors.ts';
import type { AnswerHeaders } from './http.ts';
import type { HttpAnswer } from './request.ts';

export type QuotaDeps = { readonly rateLimits: RateLimitStore; readonly nowMs: () => number };

/** Takes quota for so many links, once. Throws RATE_LIMIT_EXCEEDED. */
export type TakeCreates = (amount: number) => Promise<void>;
type TakenCreates = { readonly amount: number; readonly states: readonly RateLimitState[] };

/**
 * Does work that creates links, with a way to take quota for them, and says in the answer's headers what is left. The
 * limit of links gets back what was taken for links that were not made; attempts stay counted.
 */
export async function withCreatesTaken<T>(
  deps: QuotaDeps,
  caller: Pick<Caller, 'workspaceId' | 'plan'>,
  headers: AnswerHeaders,
  work: (take: TakeCreates) => Promise<{ readonly made: number; readonly result: T }>,
): Promise<T> {
  let taken: TakenCreates = { amount: 0, states: [] };
  const take: TakeCreates = async (amount) => {
    if (amount > 0) taken = { amount, states: await takeCreates(deps, caller, amount, headers) };
  };
  try {
    const { made, result } = await work(take);
    await giveBackUnmade(deps, caller, taken, made, headers);
    return result;
  } catch (error) {
    if (madeNothing(error)) await giveBackUnmade(deps, caller, taken, 0, headers);
    throw error;
  }
}

/** A refusal is made before anything is; where the store failed, nobody knows. */
const madeNothing = (error: unknown): boolean => error instanceof Failure && error.word !== 'SERVICE_UNAVAILABLE';

async function takeCreates(
  deps: QuotaDeps,
  { workspaceId, plan }: Pick<Caller, 'workspaceId' | 'plan'>,
  amount: number,
  headers: AnswerHeaders,
): Promise<readonly RateLimitState[]> {
  const nowMs = deps.nowMs();
  const { states, allowed } = await deps.rateLimits.take(workspaceId, createLimits(plan), amount, nowMs);
  announce(headers, states, nowMs);
  if (!allowed) throw rateLimitExceeded(states, amount, nowMs);
  return states;
}

async function giveBackUnmade(
  deps: QuotaDeps,
  { workspaceId }: Pick<Caller, 'workspaceId'>,
  { amount, states }: TakenCreates,
  made: number,
  headers: AnswerHeaders,
): Promise<void> {
  const unmade = amount - made;
  const links = states.find(({ name }) => name === LINKS_LIMIT);
  if (unmade === 0 || links === undefined) return;
  // What cannot be given back now is back with the next window; that is no reason to fail.
  await Promise.allSettled([deps.rateLimits.giveBack(workspaceId, links, unmade)]);
  const left = states.map((state) => (state === links ? { ...state, remaining: state.remaining + unmade } : state));
  announce(headers, left, deps.nowMs());
}

type TakeOne = (deps: QuotaDeps, caller: Pick<Caller, 'workspaceId' | 'plan'>, headers: AnswerHeaders) => Promise<void>;

const takeOneOf =
  (limitsOf: (plan: Caller['plan']) => readonly RateLimit[], what: string): TakeOne =>
  async (deps, { workspaceId, plan }, headers) => {
    const nowMs = deps.nowMs();
    const { states, allowed } = await deps.rateLimits.take(workspaceId, limitsOf(plan), 1, nowMs);
    announce(headers, states, nowMs);
    if (!allowed) throw rateLimitExceeded(states, 1, nowMs, what);
  };

/** Each takes quota for one, and says what is left of it. Throws RATE_LIMIT_EXCEEDED. */
export const takeEvent = takeOneOf(eventLimits, 'events');
export const takeCode = takeOneOf(codeLimits, 'QR codes');
export const takeReport = takeOneOf(reportLimits, 'reports');

/** The same headers for a call that takes nothing. */
export async function showQuota(
  deps: QuotaDeps,
  { workspaceId, plan }: Pick<Caller, 'workspaceId' | 'plan'>,
  headers: AnswerHeaders,
  limitsOf = createLimits,
): Promise<void> {
  const nowMs = deps.nowMs();
  announce(headers, await deps.rateLimits.peek(workspaceId, limitsOf(plan), nowMs), nowMs);
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

/** The same around work that takes quota: it has said so by itself unless it failed before, or was replayed. */
export async function thenQuotaShown<T>(
  deps: QuotaDeps,
  caller: Pick<Caller, 'workspaceId' | 'plan'>,
  headers: AnswerHeaders,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } finally {
    if (!headers.has('ratelimit')) await Promise.allSettled([showQuota(deps, caller, headers)]);
  }
}

/** IETF draft-ietf-httpapi-ratelimit-headers: `"name";q=quota;w=window` and `"name";r=remaining;t=seconds`, as lists. */
function announce(headers: AnswerHeaders, states: readonly RateLimitState[], nowMs: number): void {
  const policies = states.map(({ name, limit, windowS }) => `"${name}";q=${limit};w=${windowS}`);
  const standing = states.map((state) => `"${state.name}";r=${state.remaining};t=${retryAfterS(state, nowMs)}`);
  headers.set('ratelimit-policy', policies.join(', '));
  headers.set('ratelimit', standing.join(', '));
}
