import { MAX_API_KEYS } from './api-keys.ts';
import type { PlanLimits, PlanName } from './plan.ts';
import { createLimits, PLANS } from './plan.ts';
import type { RateLimitState, RateLimitStore } from './rate-limit.ts';
import { MAX_SEATS } from './workspace.ts';

/** What is used of something that windows give back; `resetAtMs` is null while no window is open. */
export type WindowUse = {
  readonly limit: number;
  readonly used: number;
  readonly windowS: number;
  readonly resetAtMs: number | null;
};

/** What a workspace may use and does. `links` is null where the plan does not limit, and so does not count, them. */
export type Usage = {
  readonly plan: PlanName;
  readonly limits: PlanLimits;
  readonly creates: WindowUse;
  readonly links: WindowUse | null;
  readonly members: { readonly limit: number; readonly used: number };
  readonly apiKeys: { readonly limit: number; readonly used: number };
};

/** Members and open invites count together: each is a seat. */
export type SeatCounts = (workspaceId: string) => Promise<{ readonly members: number; readonly apiKeys: number }>;

export type UsageDeps = {
  readonly rateLimits: RateLimitStore;
  readonly seatCounts: SeatCounts;
  readonly nowMs: () => number;
};

export async function usageOf(
  deps: UsageDeps,
  { workspaceId, plan }: { readonly workspaceId: string; readonly plan: PlanName },
): Promise<Usage> {
  const [states, counts] = await Promise.all([
    deps.rateLimits.peek(workspaceId, createLimits(plan), deps.nowMs()),
    deps.seatCounts(workspaceId),
  ]);
  const [creates, links] = states.map(windowUse);
  if (creates === undefined) throw new Error('A plan has at least a limit of creates');
  return {
    plan,
    limits: PLANS[plan],
    creates,
    links: links ?? null,
    members: { limit: MAX_SEATS, used: counts.members },
    apiKeys: { limit: MAX_API_KEYS, used: counts.apiKeys },
  };
}

const windowUse = ({ limit, remaining, windowS, resetAtMs }: RateLimitState): WindowUse => ({
  limit,
  used: limit - remaining,
  windowS,
  resetAtMs: remaining === limit ? null : resetAtMs,
});
