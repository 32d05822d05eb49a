/** ★ What each plan allows, as data. */
export type PlanLimits = {
  /** Links created per minute, singly or in bulk. */
  readonly createsPerMinute: number;
};

export const PLANS = {
  free: { createsPerMinute: 10 },
  pro: { createsPerMinute: 1_000 },
  unlimited: { createsPerMinute: 1_000_000 },
} as const satisfies Record<string, PlanLimits>;

export type PlanName = keyof typeof PLANS;
export const isPlanName = (name: string): name is PlanName => Object.hasOwn(PLANS, name);

export type Workspace = {
  readonly id: string;
  readonly name: string;
  readonly plan: PlanName;
  readonly createdAtMs: number;
};
