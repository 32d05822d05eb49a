import type { RateLimit } from './rate-limit.ts';

/** ★ What each plan allows, as data. */
export type PlanLimits = {
  /** Links created per minute, singly or in bulk. */
  readonly createsPerMinute: number;
  /** Links created in 30 days; null is without limit. */
  readonly linksPerMonth: number | null;
  /** Events told per minute. */
  readonly eventsPerMinute: number;
  /** QR codes drawn per minute, besides those of batches. */
  readonly codesPerMinute: number;
  /** Reports ordered in a day; each may read as much as a query may. */
  readonly reportsPerDay: number;
  /** Entries of one bulk request. */
  readonly bulkSize: number;
  /** How long clicks are kept, in days. */
  readonly retentionDays: number;
};

export const PLANS = {
  free: {
    createsPerMinute: 10,
    linksPerMonth: 1_000,
    eventsPerMinute: 60,
    codesPerMinute: 60,
    reportsPerDay: 50,
    bulkSize: 1_000,
    retentionDays: 90,
  },
  pro: {
    createsPerMinute: 1_000,
    linksPerMonth: 100_000,
    eventsPerMinute: 3_000,
    codesPerMinute: 600,
    reportsPerDay: 500,
    bulkSize: 1_000,
    retentionDays: 730,
  },
  unlimited: {
    createsPerMinute: 1_000_000,
    linksPerMonth: null,
    eventsPerMinute: 1_000_000,
    codesPerMinute: 1_000_000,
    reportsPerDay: 10_000,
    bulkSize: 1_000,
    retentionDays: 1_825,
  },
} as const satisfies Record<string, PlanLimits>;

export type PlanName = keyof typeof PLANS;
export const isPlanName = (name: string): name is PlanName => Object.hasOwn(PLANS, name);

const MINUTE_S = 60;
const DAY_S = 86_400;
const MONTH_S = 30 * DAY_S;

/** The limit that counts links; the other counts attempts to make some. */
export const LINKS_LIMIT = 'links';

/** The windows that creating links takes from, shortest first. */
export function createLimits(plan: PlanName): readonly RateLimit[] {
  const { createsPerMinute, linksPerMonth }: PlanLimits = PLANS[plan];
  const creates = { name: 'creates', limit: createsPerMinute, windowS: MINUTE_S };
  return linksPerMonth === null ? [creates] : [creates, { name: LINKS_LIMIT, limit: linksPerMonth, windowS: MONTH_S }];
}

export const eventLimits = (plan: PlanName): readonly RateLimit[] => [
  { name: 'events', limit: PLANS[plan].eventsPerMinute, windowS: MINUTE_S },
];

export const codeLimits = (plan: PlanName): readonly RateLimit[] => [
  { name: 'codes', limit: PLANS[plan].codesPerMinute, windowS: MINUTE_S },
];

export const reportLimits = (plan: PlanName): readonly RateLimit[] => [
  { name: 'reports', limit: PLANS[plan].reportsPerDay, windowS: DAY_S },
];
