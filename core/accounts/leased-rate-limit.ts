import type { RateLimit, RateLimitState, RateLimitStore } from './rate-limit.ts';

/** Limits from here on are guards against accidents, not quotas somebody counts: they may be taken a share at a time. */
export const LEASED_FROM = 10_000;
/** A hundredth of the window's limit: what a process that ends may leave unused. */
const SHARE = 100;

type Lease = { left: number; readonly states: readonly RateLimitState[] };

/**
 * Takes a share of very large limits at once and hands it out from memory, so that a busy workspace does not pay one
 * write per create for limits it never meets. Never more than the limits in all; where one limit is smaller, every use
 * is exact to the one.
 */
export function leasedRateLimits(store: RateLimitStore): RateLimitStore {
  const leases = new Map<string, Lease>();

  const renew = async (
    name: string,
    workspaceId: string,
    limits: readonly RateLimit[],
    amount: number,
    nowMs: number,
  ) => {
    const share = Math.floor(Math.min(...limits.map(({ limit }) => limit)) / SHARE);
    const { states, allowed } = await store.take(workspaceId, limits, share + amount, nowMs);
    if (!allowed) return store.take(workspaceId, limits, amount, nowMs);
    leases.set(name, { left: share, states });
    return { states: withUnused(states, share), allowed };
  };

  return {
    peek: (workspaceId, limits, nowMs) => store.peek(workspaceId, limits, nowMs),
    giveBack: (workspaceId, taken, amount) => store.giveBack(workspaceId, taken, amount),
    async take(workspaceId, limits, amount, nowMs) {
      if (limits.some(({ limit }) => limit < LEASED_FROM)) return store.take(workspaceId, limits, amount, nowMs);
      const name = [workspaceId, ...limits.map((limit) => limit.name)].join(' ');
      const lease = leases.get(name);
      if (lease === undefined || lease.left < amount || lease.states.some(({ resetAtMs }) => resetAtMs <= nowMs)) {
        return renew(name, workspaceId, limits, amount, nowMs);
      }
      lease.left -= amount;
      return { states: withUnused(lease.states, lease.left), allowed: true };
    },
  };
}

const withUnused = (states: readonly RateLimitState[], unused: number): readonly RateLimitState[] =>
  states.map((state) => ({ ...state, remaining: state.remaining + unused }));
