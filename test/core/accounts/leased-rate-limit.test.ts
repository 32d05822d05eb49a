import { LEASED_FROM, leasedRateLimits } from '../../../core/accounts/leased-rate-limit.ts';
import type { RateLimit, RateLimitStore } from '../../../core/accounts/rate-limit.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const WINDOW_MS = 60_000;

/** Windows that count exactly, and how often they were asked. */
function exactWindow() {
  let used = 0;
  let resetAtMs = 0;
  const calls = { take: 0 };
  const standing = (limits: readonly RateLimit[]) =>
    limits.map((each) => ({ ...each, remaining: each.limit - used, resetAtMs }));
  const store: RateLimitStore = {
    async take(_workspaceId, limits, amount, nowMs) {
      calls.take += 1;
      if (resetAtMs <= nowMs) [used, resetAtMs] = [0, nowMs + WINDOW_MS];
      const allowed = limits.every(({ limit }) => used + amount <= limit);
      if (allowed) used += amount;
      return { states: standing(limits), allowed };
    },
    peek: async (_workspaceId, limits) => standing(limits),
    giveBack: async () => undefined,
  };
  return { store, calls };
}

const limitOf = (limit: number, name = 'creates'): readonly RateLimit[] => [{ name, limit, windowS: 60 }];

describe('Leased rate limits', () => {
  it('ask the store for every use of a limit that somebody counts', async () => {
    const { store, calls } = exactWindow();
    const limits = leasedRateLimits(store);
    for (let use = 0; use < 20; use += 1) await limits.take('ws_1', limitOf(10), 1, NOW_MS);
    expect(calls.take).toBe(20);
  });

  it('let through no more than the limit, and ask the store a hundredth as often', async () => {
    const { store, calls } = exactWindow();
    const limits = leasedRateLimits(store);
    let allowed = 0;
    for (let use = 0; use < LEASED_FROM + 500; use += 1) {
      if ((await limits.take('ws_1', limitOf(LEASED_FROM), 1, NOW_MS)).allowed) allowed += 1;
    }
    expect(allowed).toBe(LEASED_FROM);
    expect(calls.take).toBeLessThan(LEASED_FROM / 5);
  });

  it('say what remains as if every use had been written', async () => {
    const limits = leasedRateLimits(exactWindow().store);
    for (let use = 1; use <= 300; use += 1) {
      const { states } = await limits.take('ws_1', limitOf(LEASED_FROM), 1, NOW_MS);
      expect(states).toMatchObject([{ remaining: LEASED_FROM - use }]);
    }
  });

  it('are exact in every limit where one of them is counted', async () => {
    const { store, calls } = exactWindow();
    const limits = leasedRateLimits(store);
    const both = [...limitOf(10), ...limitOf(LEASED_FROM, 'links')];
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => limits.take('ws_1', both, 1, NOW_MS)));
    expect(outcomes.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(calls.take).toBe(20);
  });

  it('lease from several limits at once no more than the smallest has', async () => {
    const limits = leasedRateLimits(exactWindow().store);
    const both = [...limitOf(LEASED_FROM), ...limitOf(5 * LEASED_FROM, 'links')];
    let allowed = 0;
    for (let use = 0; use < LEASED_FROM + 200; use += 1)
      if ((await limits.take('ws_1', both, 1, NOW_MS)).allowed) allowed += 1;
    expect(allowed).toBe(LEASED_FROM);
  });

  it('forget a lease with its window', async () => {
    const { store, calls } = exactWindow();
    const limits = leasedRateLimits(store);
    await limits.take('ws_1', limitOf(LEASED_FROM), 1, NOW_MS);
    await limits.take('ws_1', limitOf(LEASED_FROM), 1, NOW_MS + WINDOW_MS);
    expect(calls.take).toBe(2);
  });

  it('take more than a share by itself, up to the limit', async () => {
    const limits = leasedRateLimits(exactWindow().store);
    expect((await limits.take('ws_1', limitOf(LEASED_FROM), LEASED_FROM, NOW_MS)).allowed).toBe(true);
    expect((await limits.take('ws_1', limitOf(LEASED_FROM), 1, NOW_MS)).allowed).toBe(false);
  });
});
