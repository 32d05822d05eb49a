import type { RateLimit, RateLimitState, RateLimitStore } from './rate-limit.ts';

/** Limits from here on are guards against accidents, not quotas somebody counts: they may be taken a share at a time. */
export const LEASED_FROM = 10_000;
/** A hundredth of the window's limit: what a process that ends may leave unused. */
const SHARE = 100;

type Lease = { left: number; readonly state: RateLimitState };

/**
 * Takes a share of a very large limit at once and hands it out from memory, so that a busy workspace does not pay one
 * write per create for a limit it never meets. Never more than the limit in all; smaller limits stay exact to the one.
 */
export function leasedRateLimits(store: RateLimitStore): RateLimitStore {
  const leases = new Map<string, Lease>();

  const renew = async (name: string, workspaceId: string, limit: RateLimit, amount: number, nowMs: number) => {
    const share = Math.floor(limit.limit / SHARE);
    const taken = await store.take(workspaceId, limit, share + amount, nowMs);
    if (!taken.allowed) return store.take(workspaceId, limit, amount, nowMs);
    leases.set(name, { left: share, state: taken });
    return { ...taken, remaining: taken.remaining + share };
  };

  return {
    peek: (workspaceId, limit, nowMs) => store.peek(workspaceId, limit, nowMs),
    async take(workspaceId, limit, amount, nowMs) {
      if (limit.limit < LEASED_FROM) return store.take(workspaceId, limit, amount, nowMs);
      const name = `${workspaceId} ${limit.name}`;
      const lease = leases.get(name);
      if (lease === undefined || lease.state.resetAtMs <= nowMs || lease.left < amount) {
        return renew(name, workspaceId, limit, amount, nowMs);
      }
      lease.left -= amount;
      return { ...lease.state, remaining: lease.state.remaining + lease.left, allowed: true };
    },
  };
}
