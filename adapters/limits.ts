import type { RateLimit, RateLimitState, RateLimitStore } from '../core/accounts/rate-limit.ts';
import type { AttemptStore } from '../core/links/unlock-link.ts';
import { rateLimitKey, unlockAttemptsKey } from './table.ts';
import type { WindowCounter, WindowState } from './window-counter.ts';

/** All windows of what a workspace may create lie in one item, so that one write decides on all of them. */
const CREATES = 'creates';
export const createsKey = (workspaceId: string) => rateLimitKey(workspaceId, CREATES);
const EVENTS = 'events';
const REPORTS = 'reports';
const CODES = 'codes';

export const rateLimitStore = (windows: WindowCounter): RateLimitStore => limitStore(windows, CREATES);
export const eventLimitStore = (windows: WindowCounter): RateLimitStore => limitStore(windows, EVENTS);
export const codeLimitStore = (windows: WindowCounter): RateLimitStore => limitStore(windows, CODES);
export const reportLimitStore = (windows: WindowCounter): RateLimitStore => limitStore(windows, REPORTS);

const limitStore = (windows: WindowCounter, item: string): RateLimitStore => ({
  async take(workspaceId, limits, amount, nowMs) {
    const { states, allowed } = await windows.takeFromAll(
      rateLimitKey(workspaceId, item),
      amount,
      limits.map(({ name, limit, windowS }) => ({ name, max: limit, windowS })),
      nowMs,
    );
    return { states: limits.map((limit, index) => stateOf(limit, states[index] ?? null, nowMs)), allowed };
  },
  async peek(workspaceId, limits, nowMs) {
    const names = limits.map(({ name }) => name);
    const states = await windows.peekAtAll(rateLimitKey(workspaceId, item), names, nowMs);
    return limits.map((limit, index) => stateOf(limit, states[index] ?? null, nowMs));
  },
  giveBack: (workspaceId, { name, resetAtMs }, amount) =>
    windows.giveBackTo(rateLimitKey(workspaceId, item), name, amount, resetAtMs),
});

const stateOf = (limit: RateLimit, state: WindowState | null, nowMs: number): RateLimitState => ({
  ...limit,
  remaining: Math.max(0, limit.limit - (state?.used ?? 0)),
  resetAtMs: state?.resetAtMs ?? nowMs + limit.windowS * 1_000,
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
