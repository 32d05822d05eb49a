import type { APIGatewayProxyResult } from 'aws-lambda';
import { rateLimitStore } from '../../adapters/limits.ts';
import { http } from '../../lambdas/http.ts';
import type { StatsDeps } from '../../lambdas/stats/handler.ts';
import { statsAnswer, statsHandler } from '../../lambdas/stats/handler.ts';
import { appEvent } from '../fixtures/events.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import { aLink, NOW_MS } from '../fixtures/links.ts';
import { parsed } from '../fixtures/links-api.ts';
import { memoryLinkStore } from '../fixtures/memory-link-store.ts';
import { memoryWindowCounter } from '../fixtures/memory-window-counter.ts';
import { problemIn } from '../fixtures/problems.ts';
import { CONTEXT, quietLogger } from '../fixtures/quiet-logger.ts';

function world(overrides: Partial<StatsDeps> = {}) {
  const store = memoryLinkStore();
  store.add(aLink(), aLink({ code: 'foreign', workspaceId: 'ws_2' }));
  const asked: string[] = [];
  const read: StatsDeps['stats']['read'] = async (_, code, fromDay) => {
    asked.push(`${code} ${fromDay}`);
    return {
      total: 9,
      days: [{ day: '2026-11-21', counters: { total: 2, bot: 1, 'hour:12': 2, 'country:DE': 2, 'device:tv': 2 } }],
    };
  };
  const deps: StatsDeps = {
    store,
    stats: { read },
    domain: 'default',
    rateLimits: rateLimitStore(memoryWindowCounter()),
    nowMs: () => NOW_MS,
    ...overrides,
  };
  const handler = http(quietLogger().logger, statsHandler(deps));
  const get = async (query: Record<string, string> = {}, code = 'aB7x3Kq', more?: Parameters<typeof appEvent>[2]) =>
    (await handler(
      appEvent('GET', '/v1/urls/{code}/stats', { params: { code }, query, ...more }),
      CONTEXT,
    )) as APIGatewayProxyResult;
  return { get, asked };
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
      total: 9,
      bots: 1,
    });
  });

  it.each([
    ['1', '2026-11-21'],
    ['7', '2026-11-15'],
    ['30', '2026-10-23'],
    ['366', '2025-11-21'],
  ])('of %s days begin on %s', async (days, fromDay) => {
    const { get, asked } = world();
    expect((await get({ days })).statusCode).toBe(200);
    expect(asked).toEqual([`aB7x3Kq ${fromDay}`]);
  });

  it.each(['0', '-1', '1.5', '367', '999', '1000', '', 'all', '7 ', '1e1'])('are refused for %j days', async (days) => {
    expect(problemIn(await world().get({ days }))).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path: 'days' }],
    });
  });

  it('are nobody else’s', async () => {
    const { get, asked } = world();
    for (const code of ['foreign', 'nothing', 'x'.repeat(5_000)])
      expect(problemIn(await get({}, code)).error).toBe('URL_NOT_FOUND');
    const writer = keyIdentity({ scopes: ['urls:write'] });
    expect(problemIn(await get({}, 'aB7x3Kq', { identity: writer }))).toMatchObject({
      error: 'FORBIDDEN',
      required_scope: 'analytics:read',
    });
    expect(problemIn(await get({}, 'aB7x3Kq', { identity: null })).error).toBe('UNAUTHENTICATED');
    expect(asked).toEqual([]);
  });

  it('are 503 while they cannot be read', async () => {
    const { get } = world({ stats: { read: () => Promise.reject(new Error('did not answer')) } });
    expect((await get()).statusCode).toBe(503);
  });
});
