import { keyIdentity } from '../fixtures/identities.ts';
import { aLink, NOW_MS, TARGET } from '../fixtures/links.ts';
import { linksApi } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

const URL_ = { original_url: TARGET };

describe('The rate limit', () => {
  const FREE = {
    identity: keyIdentity({ workspaceId: 'ws_free', plan: 'free', scopes: ['urls:read', 'urls:write'] }),
  };
  const create = (api: ReturnType<typeof linksApi>) =>
    api.call('POST', '/v1/urls', { body: JSON.stringify(URL_), ...FREE });

  it('is announced on every answer, success or failure', async () => {
    const api = linksApi();
    const announced = {
      'ratelimit-policy': '"creates";q=10;w=60, "links";q=1000;w=2592000',
      ratelimit: '"creates";r=9;t=60, "links";r=999;t=2592000',
    };
    expect((await create(api)).headers).toMatchObject(announced);
    const requests = [
      ['GET', '/v1/urls', {}],
      ['GET', '/v1/urls/{code}', { params: { code: 'nothing' } }],
      ['PATCH', '/v1/urls/{code}', { params: { code: 'nothing' }, body: '{}' }],
      ['DELETE', '/v1/urls/{code}', { params: { code: 'nothing' } }],
      ['POST', '/v1/urls', { body: '{' }],
      ['POST', '/v1/urls/bulk', { body: '{"urls":[]}' }],
    ] as const;
    for (const [method, resource, parts] of requests) {
      const { headers } = await api.call(method, resource, { ...parts, ...FREE });
      expect(headers).toMatchObject(announced);
    }
  });

  it('lets ten of a hundred parallel creates through on the free plan', async () => {
    const api = linksApi();
    const answers = await Promise.all(Array.from({ length: 100 }, () => create(api)));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(10);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(90);
    expect(api.deps.store.all()).toHaveLength(10);
  });

  it('answers 429 as the contract says, and opens again', async () => {
    const api = linksApi();
    for (let number = 0; number < 10; number += 1) await create(api);
    api.clock.nowMs += 20_500;
    const answer = await create(api);
    expect(answer.headers).toMatchObject({
      'retry-after': '40',
      ratelimit: '"creates";r=0;t=40, "links";r=990;t=2591980',
    });
    expect(problemIn(answer)).toMatchObject({
      error: 'RATE_LIMIT_EXCEEDED',
      message: 'Max 10 URLs per minute',
      retry_after: 40,
      rate_limit: { name: 'creates', limit: 10, remaining: 0, reset_at: '2026-11-21T12:01:00.000Z' },
    });
    api.clock.nowMs = NOW_MS + 60_000;
    expect((await create(api)).statusCode).toBe(201);
  });

  it('counts each link of a bulk call, and none that was refused', async () => {
    const api = linksApi();
    const bulk = (count: number, more: object[] = []) =>
      api.call('POST', '/v1/urls/bulk', {
        body: JSON.stringify({ urls: [...Array.from({ length: count }, () => URL_), ...more] }),
        ...FREE,
      });
    const remaining = (creates: number, links: number) => `"creates";r=${creates};t=60, "links";r=${links};t=2592000`;
    expect((await bulk(4)).headers?.['ratelimit']).toBe(remaining(6, 996));
    expect((await bulk(6, [{ original_url: 'x' }])).headers?.['ratelimit']).toBe(remaining(6, 996));
    expect((await bulk(7)).statusCode).toBe(429);
    expect((await bulk(6)).headers?.['ratelimit']).toBe(remaining(0, 990));
    expect(api.deps.store.all()).toHaveLength(10);
  });

  it('lets a thousand links of thirty days through on the free plan, and then says which limit it is', async () => {
    const api = linksApi();
    const outcomes: number[] = [];
    for (let minute = 0; minute < 101; minute += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(api)));
      outcomes.push(...answers.map(({ statusCode }) => statusCode));
      api.clock.nowMs += 60_000;
    }
    expect(outcomes.filter((status) => status === 201)).toHaveLength(1_000);
    expect(api.deps.store.all()).toHaveLength(1_000);
    const answer = await create(api);
    const waitedS = 101 * 60;
    expect(answer.headers).toMatchObject({
      'retry-after': `${2_592_000 - waitedS}`,
      ratelimit: `"creates";r=10;t=60, "links";r=0;t=${2_592_000 - waitedS}`,
    });
    expect(problemIn(answer)).toMatchObject({
      error: 'RATE_LIMIT_EXCEEDED',
      message: 'Max 1000 URLs per 30 days',
      rate_limit: { name: 'links', limit: 1_000, remaining: 0, reset_at: '2026-12-21T12:00:00.000Z' },
    });
    api.clock.nowMs = NOW_MS + 2_592_000_000;
    expect((await create(api)).statusCode).toBe(201);
  });

  it('of thirty days counts links made in bulk, and is not met by a plan that has none', async () => {
    const api = linksApi();
    const bulk = (identity: typeof FREE.identity, count: number) =>
      api.call('POST', '/v1/urls/bulk', {
        body: JSON.stringify({ urls: Array.from({ length: count }, () => URL_) }),
        identity,
      });
    for (let minute = 0; minute < 99; minute += 1) {
      expect((await bulk(FREE.identity, 10)).statusCode).toBe(201);
      api.clock.nowMs += 60_000;
    }
    expect((await bulk(FREE.identity, 9)).statusCode).toBe(201);
    expect(problemIn(await bulk(FREE.identity, 2))).toMatchObject({ rate_limit: { name: 'links', remaining: 1 } });
    const unlimited = await bulk(keyIdentity({ workspaceId: 'ws_big', plan: 'unlimited' }), 1_000);
    expect([unlimited.statusCode, unlimited.headers?.['ratelimit-policy']]).toEqual([201, '"creates";q=1000000;w=60']);
  });

  it('of thirty days counts links that were made, and no attempts', async () => {
    const api = linksApi();
    const post = (body: object, path = '/v1/urls') => api.call('POST', path, { body: JSON.stringify(body), ...FREE });
    const remaining = ({ headers }: Awaited<ReturnType<typeof post>>) =>
      String(headers?.['ratelimit']).replaceAll(/;t=\d+/g, '');
    const left = (creates: number, links: number) => `"creates";r=${creates}, "links";r=${links}`;
    expect(remaining(await post({ ...URL_, custom_alias: 'taken' }))).toBe(left(9, 999));
    expect(remaining(await post({ ...URL_, custom_alias: 'taken' }))).toBe(left(8, 999));
    expect(remaining(await post({ ...URL_, if_exists: 'return' }))).toBe(left(7, 999));
    const urls = [URL_, { ...URL_, custom_alias: 'taken' }];
    const strict = await post({ urls }, '/v1/urls/bulk');
    expect([strict.statusCode, remaining(strict)]).toEqual([400, left(5, 999)]);
    const partial = await post({ urls, mode: 'partial' }, '/v1/urls/bulk');
    expect([partial.statusCode, remaining(partial)]).toEqual([201, left(3, 998)]);
    expect(remaining(await api.call('GET', '/v1/urls', FREE))).toBe(left(3, 998));
    expect(api.deps.store.all()).toHaveLength(2);
  });

  it('of thirty days keeps what was taken where nobody knows what was made', async () => {
    const api = linksApi();
    jest.spyOn(api.deps.store, 'create').mockRejectedValueOnce(new Error('did not answer'));
    expect((await create(api)).statusCode).toBe(503);
    expect((await create(api)).headers?.['ratelimit']).toBe('"creates";r=8;t=60, "links";r=998;t=2592000');
  });

  it('is no reason to fail where it cannot be given back', async () => {
    const api = linksApi();
    await create(api);
    jest.spyOn(api.deps.rateLimits, 'giveBack').mockRejectedValue(new Error('did not answer'));
    const body = JSON.stringify({ ...URL_, if_exists: 'return' });
    expect((await api.call('POST', '/v1/urls', { body, ...FREE })).statusCode).toBe(200);
  });

  it('is kept per workspace', async () => {
    const api = linksApi();
    for (let number = 0; number < 11; number += 1) await create(api);
    expect((await api.post(URL_)).statusCode).toBe(201);
  });
});

describe('Who may', () => {
  it('is asked before anything else: no caller 401, no scope 403', async () => {
    const { call, deps } = linksApi();
    const body = JSON.stringify(URL_);
    const stranger = await call('POST', '/v1/urls', { body, identity: null });
    expect([stranger.statusCode, problemIn(stranger).error]).toEqual([401, 'UNAUTHENTICATED']);
    const reader = keyIdentity({ scopes: ['urls:read', 'analytics:read'] });
    for (const [method, resource] of [
      ['POST', '/v1/urls'],
      ['POST', '/v1/urls/bulk'],
      ['POST', '/url/shorten'],
      ['PATCH', '/v1/urls/{code}'],
      ['DELETE', '/v1/urls/{code}'],
    ] as const) {
      const answer = await call(method, resource, { body, params: { code: 'aB7x3Kq' }, identity: reader });
      expect(problemIn(answer)).toMatchObject({ error: 'FORBIDDEN', status: 403, required_scope: 'urls:write' });
    }
    expect(deps.store.all()).toEqual([]);
  });

  it('reaches no route that is not in the table', async () => {
    const { call } = linksApi();
    for (const [method, resource] of [
      ['PUT', '/v1/urls'],
      ['GET', '/v1/nothing'],
      ['POST', '/v1/urls/{code}'],
    ] as const)
      expect(problemIn(await call(method, resource)).error).toBe('NOT_FOUND');
  });
});

describe('When a store fails', () => {
  it('the answer is 503 where it is away and 500 where nobody knows, and only the log learns why', async () => {
    const { call, deps, lines } = linksApi();
    jest
      .spyOn(deps.store, 'find')
      .mockRejectedValueOnce(Object.assign(new Error('x'), { name: 'ThrottlingException' }));
    const away = await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } });
    expect([away.statusCode, problemIn(away).error, away.headers?.['retry-after']]).toEqual([
      503,
      'SERVICE_UNAVAILABLE',
      '1',
    ]);
    jest.spyOn(deps.store, 'find').mockRejectedValueOnce(new TypeError('secret internals'));
    const unknown = await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } });
    expect([unknown.statusCode, problemIn(unknown).error]).toEqual([500, 'INTERNAL']);
    expect(unknown.body).not.toContain('secret');
    expect(lines).toHaveLength(2);
  });

  it('a limit that cannot be read does not fail what was done', async () => {
    const { call, deps } = linksApi();
    deps.store.add(aLink());
    jest.spyOn(deps.rateLimits, 'peek').mockRejectedValue(new Error('did not answer'));
    expect((await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } })).statusCode).toBe(200);
  });
});
