import { createLimits } from '../../../core/accounts/plan.ts';
import { rateLimitExceeded, retryAfterS } from '../../../core/accounts/rate-limit.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const CREATES = { name: 'creates', limit: 10, windowS: 60, remaining: 3, resetAtMs: NOW_MS + 30_000 };
const LINKS = { name: 'links', limit: 1_000, windowS: 2_592_000, remaining: 2, resetAtMs: NOW_MS + 86_400_000 };

describe('A rate limit that is used up', () => {
  it.each([
    [60_000, 60],
    [59_001, 60],
    [1_000, 1],
    [1, 1],
    [0, 1],
    [-5_000, 1],
  ])('says when to come back in whole seconds, never too early: %i ms before the reset', (aheadMs, seconds) => {
    expect(retryAfterS({ resetAtMs: NOW_MS + aheadMs }, NOW_MS)).toBe(seconds);
  });

  it('tells which limit, what remains and when it is over', () => {
    const failure = rateLimitExceeded([CREATES], 4, NOW_MS);
    expect(failure.word).toBe('RATE_LIMIT_EXCEEDED');
    expect(failure.details).toEqual({
      message: 'Max 10 URLs per minute',
      retry_after: 30,
      rate_limit: { name: 'creates', limit: 10, remaining: 3, reset_at: '2026-11-21T12:00:30.000Z' },
    });
  });

  it.each([
    ['the one without room', 3, 'links', 'Max 1000 URLs per 30 days'],
    ['the one that takes longer, where both have none', 4, 'links', 'Max 1000 URLs per 30 days'],
  ])('is told by %s', (_, amount, name, message) => {
    expect(rateLimitExceeded([CREATES, LINKS], amount, NOW_MS).details).toMatchObject({
      message,
      rate_limit: { name },
    });
  });

  it('is not told by one that has room', () => {
    const roomy = { ...LINKS, remaining: 900 };
    expect(rateLimitExceeded([CREATES, roomy], 4, NOW_MS).details).toMatchObject({ rate_limit: { name: 'creates' } });
  });
});

describe('A plan', () => {
  it('limits creates in a minute, and links in thirty days unless it has no such limit', () => {
    expect(createLimits('free')).toEqual([
      { name: 'creates', limit: 10, windowS: 60 },
      { name: 'links', limit: 1_000, windowS: 2_592_000 },
    ]);
    expect(createLimits('unlimited').map(({ name }) => name)).toEqual(['creates']);
  });
});
