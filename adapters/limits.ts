import type { RateLimitStore } from '../core/accounts/rate-limit.ts';
import type { AttemptStore } from '../core/links/unlock-link.ts';
import { rateLimitKey, unlockAttemptsKey } from './table.ts';
import type { WindowCounter } from './window-counter.ts';

export const rateLimitStore = (windows: WindowCounter): RateLimitStore => ({
  async take(workspaceId, { name, limit, windowS }, amount, nowMs) {
    const { used, resetAtMs, allowed } = await windows.take(
      rateLimitKey(workspaceId, name),
      amount,
      limit,
      windowS,
      nowMs,
    );
    return { limit, remaining: Math.max(0, limit - used), resetAtMs, allowed };
  },
  async peek(workspaceId, { name, limit, windowS }, nowMs) {
    const state = await windows.peek(rateLimitKey(workspaceId, name), nowMs);
    return {
      limit,
      remaining: Math.max(0, limit - (state?.used ?? 0)),
      resetAtMs: state?.resetAtMs ?? nowMs + windowS * 1_000,
    };
  },
});

export const attemptStore = (windows: WindowCounter): AttemptStore => ({
  async take(domain, code, client, { max, windowS }, nowMs) {
    const { used, resetAtMs, allowed } = await windows.take(
      unlockAttemptsKey(domain, code, client),
      1,
      max,
      windowS,
      nowMs,
    );
    return { allowed, remaining: Math.max(0, max - used), resetAtMs };
  },
  giveBack: (domain, code, client) => windows.giveBack(unlockAttemptsKey(domain, code, client)),
});
