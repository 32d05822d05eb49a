import { Failure } from '../errors.ts';

export type RateLimit = { readonly name: string; readonly limit: number; readonly windowS: number };

/** A window as it stands: it opens with the first use and closes `windowS` later, whatever the clock's minute says. */
export type RateLimitState = RateLimit & { readonly remaining: number; readonly resetAtMs: number };

export type RateLimitStore = {
  /** Takes `amount` if the windows of all limits have room for it; decided by one conditional write, exact under concurrency. */
  take(
    workspaceId: string,
    limits: readonly RateLimit[],
    amount: number,
    nowMs: number,
  ): Promise<{ readonly states: readonly RateLimitState[]; readonly allowed: boolean }>;
  peek(workspaceId: string, limits: readonly RateLimit[], nowMs: number): Promise<readonly RateLimitState[]>;
  /** Gives back what was taken from this limit, as it stood then; nothing happens where its window is over. */
  giveBack(workspaceId: string, taken: RateLimitState, amount: number): Promise<void>;
};

/** Whole seconds until the window is over, never earlier. */
export const retryAfterS = ({ resetAtMs }: Pick<RateLimitState, 'resetAtMs'>, nowMs: number): number =>
  Math.max(1, Math.ceil((resetAtMs - nowMs) / 1_000));

/** The refusal of `amount`, told by the limit that stands in the way the longest. */
export function rateLimitExceeded(
  states: readonly RateLimitState[],
  amount: number,
  nowMs: number,
  what = 'URLs',
): Failure {
  const inTheWay = states.filter(({ remaining }) => remaining < amount);
  const state = inTheWay.reduce<RateLimitState | undefined>(
    (longest, each) => (longest !== undefined && longest.resetAtMs >= each.resetAtMs ? longest : each),
    undefined,
  );
  if (state === undefined) throw new Error('No rate limit is exceeded');
  const { name, limit, remaining, resetAtMs, windowS } = state;
  const message = `Max ${limit} ${what} per ${spanOf(windowS)}`;
  return new Failure(
    'RATE_LIMIT_EXCEEDED',
    {
      message,
      retry_after: retryAfterS(state, nowMs),
      rate_limit: { name, limit, remaining, reset_at: new Date(resetAtMs).toISOString() },
    },
    { detail: `${message}; ${remaining} remain in this window.` },
  );
}

const DAY_S = 86_400;

function spanOf(windowS: number): string {
  if (windowS === 60) return 'minute';
  if (windowS === DAY_S) return 'day';
  return windowS % DAY_S === 0 ? `${windowS / DAY_S} days` : `${windowS} seconds`;
}
