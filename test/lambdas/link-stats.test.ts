import type { Click } from '../../core/clicks/row.ts';
import type { AnalyticsDeps } from '../../lambdas/analytics/handler.ts';
import { statsAnswer } from '../../lambdas/analytics/link-stats.ts';
import { analyticsApi } from '../fixtures/analytics-api.ts';
import { aClick } from '../fixtures/clicks.ts';
import type { appEvent } from '../fixtures/events.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

const CLICKS: readonly Click[] = [
  aClick({ device: 'tv' }),
  aClick({ device: 'tv', bot: true }),
  aClick({ at_ms: Date.UTC(2024, 0, 1) }),
];

const away = () => Promise.reject(new Error('did not answer'));
const unanswering = { read: away, total: away, visitors: away, countedThroughMs: away };

function world(overrides: Partial<AnalyticsDeps> = {}) {
  const { call, reads } = analyticsApi(CLICKS, overrides);
  const get = (query: Record<string, string> = {}, code = 'aB7x3Kq', more?: Parameters<typeof appEvent>[2]) =>
    call('GET', '/v1/urls/{code}/stats', { params: { code }, query, ...more });
  return { get, reads };
}

describe('The statistics of a link', () => {
  it('are answered in the documented shape', async () => {
    const answer = await world().get();
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { 'ratelimit-policy': '"creates";q=1000;w=60, "links";q=100000;w=2592000' },
    });
    expect(statsAnswer.safeParse(parsed(answer)).error).toBeUndefined();
    expect(parsed(answer)).toMatchObject({
      short_code: 'aB7x3Kq',
      from_day: '2026-10-23',
      timezone: 'UTC',
      total: 3,
      bots: 1,
      by_day: [{ day: '2026-11-21', clicks: 2 }],
      by_hour: [{ hour: '2026-11-21T12:00:00Z', clicks: 2 }],
      by_country: [{ country: 'DE', clicks: 2 }],
      by_device: [{ device: 'tv', clicks: 2 }],
      counted_through: new Date(NOW_MS).toISOString(),
    });
  });

  it.each([
    ['1', '2026-11-21'],
    ['7', '2026-11-15'],
    ['30', '2026-10-23'],
    ['366', '2025-11-21'],
  ])('of %s days begin on %s', async (days, fromDay) => {
    const { get, reads } = world();
    expect((await get({ days })).statusCode).toBe(200);
    expect(reads).toEqual([`day ${fromDay} 2026-11-21`]);
  });

  it.each(['0', '-1', '1.5', '367', '999', '1000', '', 'all', '7 ', '1e1'])('are refused for %j days', async (days) => {
    expect(problemIn(await world().get({ days }))).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path: 'days' }],
    });
  });

  it('are nobody else’s', async () => {
    const { get, reads } = world();
    for (const code of ['foreign', 'nothing', 'x'.repeat(5_000)])
      expect(problemIn(await get({}, code)).error).toBe('URL_NOT_FOUND');
    const writer = keyIdentity({ scopes: ['urls:write'] });
    expect(problemIn(await get({}, 'aB7x3Kq', { identity: writer }))).toMatchObject({
      error: 'FORBIDDEN',
      required_scope: 'analytics:read',
    });
    expect(problemIn(await get({}, 'aB7x3Kq', { identity: null })).error).toBe('UNAUTHENTICATED');
    expect(reads).toEqual([]);
  });

  it('are 503 while they cannot be read', async () => {
    const { get } = world({ counts: unanswering });
    expect((await get()).statusCode).toBe(503);
  });
});
