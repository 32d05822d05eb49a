import { Failure } from '../errors.ts';

export type RateLimit = { readonly name: string; readonly limit: number; readonly windowS: number };

/** A window as it stands: it opens with the first use and closes `windowS` later, whatever the clock's minute says. */
export type RateLimitState = { readonly limit: number; readonly remaining: number; readonly resetAtMs: number };

export type RateLimitStore = {
  /** Takes `amount` if the window has room for all of it; decided by one conditional write, exact under concurrency. */
  take(
    workspaceId: string,
    limit: RateLimit,
    amount: number,
    nowMs: number,
  ): Promise<RateLimitState & { readonly allowed: boolean }>;
  peek(workspaceId: string, limit: RateLimit, nowMs: number): Promise<RateLimitState>;
};

/** Whole seconds until the window is over, never earlier. */
export const retryAfterS = (state: RateLimitState, nowMs: number): number =>
  Math.max(1, Math.ceil((state.resetAtMs - nowMs) / 1_000));

export function rateLimitExceeded(limit: RateLimit, state: RateLimitState, nowMs: number): Failure {
  const message = `Max ${limit.limit} URLs per ${limit.windowS === 60 ? 'minute' : `${limit.windowS} seconds`}`;
  return new Failure(
    'RATE_LIMIT_EXCEEDED',
    {
      message,
      retry_after: retryAfterS(state, nowMs),
      rate_limit: { limit: state.limit, remaining: state.remaining, reset_at: new Date(state.resetAtMs).toISOString() },
    },
    { detail: `${message}; ${state.remaining} remain in this window.` },
  );
}
