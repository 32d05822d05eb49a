import { rateLimitExceeded, retryAfterS } from '../../../core/accounts/rate-limit.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const stateAt = (resetAtMs: number) => ({ limit: 10, remaining: 3, resetAtMs });

describe('A rate limit that is used up', () => {
  it.each([
    [60_000, 60],
    [59_001, 60],
    [1_000, 1],
    [1, 1],
    [0, 1],
    [-5_000, 1],
  ])('says when to come back in whole seconds, never too early: %i ms before the reset', (aheadMs, seconds) => {
    expect(retryAfterS(stateAt(NOW_MS + aheadMs), NOW_MS)).toBe(seconds);
  });

  it('tells the limit, what remains and when it is over', () => {
    const limit = { name: 'creates', limit: 10, windowS: 60 };
    const failure = rateLimitExceeded(limit, stateAt(NOW_MS + 30_000), NOW_MS);
    expect(failure.word).toBe('RATE_LIMIT_EXCEEDED');
    expect(failure.details).toEqual({
      message: 'Max 10 URLs per minute',
      retry_after: 30,
      rate_limit: { limit: 10, remaining: 3, reset_at: '2026-11-21T12:00:30.000Z' },
    });
  });
});
