import type { RedirectHandlerDeps } from '../../lambdas/redirect/handler.ts';
import { redirectHandler } from '../../lambdas/redirect/handler.ts';
import { VIEWER_HEADERS } from '../../lambdas/viewer-headers.ts';
import { ORIGIN_SECRET, REQUEST_ID, shortEvent } from '../fixtures/events.ts';
import { aHotLink, NOW_MS } from '../fixtures/links.ts';
import { problemIn } from '../fixtures/problems.ts';
import { BROWSER, CODE, checkPage, JSON_ONLY, shortDoor } from '../fixtures/short-door.ts';
import { visitDeps } from '../fixtures/visits.ts';

describe('A page', () => {
  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    '\u202egnp.exe',
    'é'.repeat(3_000),
    "'".repeat(8_000),
    '${7*7}{{7*7}}',
  ])('shows a hostile path as text and stays small: %j', async (code) => {
    const answer = await shortDoor(null).open(
      { headers: { ...BROWSER }, params: { code } },
      `/${encodeURIComponent(code)}`,
    );
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(Buffer.byteLength(answer.body ?? '')).toBeLessThan(10_000);
  });

  it.each(['evil.example"><script>', 'a b', '', 'evil.example/path', '%00', ':', '::', 'a..b:99999', '[', '1.2.3.4.5'])(
    'or a problem never carries a host that is none: %j',
    async (host) => {
      const { open } = shortDoor(null);
      const headers = { 'x-forwarded-host': host };
      expect((await open({ headers: { ...headers, ...BROWSER } })).body).not.toContain('evil.example"');
      problemIn(await open({ headers: { ...headers, ...JSON_ONLY } }));
    },
  );
});

describe('Who visits', () => {
  const FROM_EDGE = {
    [VIEWER_HEADERS.country]: 'DE',
    [VIEWER_HEADERS.region]: 'BE',
    [VIEWER_HEADERS.city]: 'Berlin',
    [VIEWER_HEADERS.device]: 'mobile',
  };

  it('is known from the edge’s headers', async () => {
    const { open, visits } = shortDoor();
    await open({ headers: FROM_EDGE });
    expect(visits.recorded[0]).toMatchObject({
      country: 'DE',
      region: 'BE',
      city: 'Berlin',
      device: 'mobile',
    });
  });

  it.each([
    ['without the secret', { throughEdge: false, headers: FROM_EDGE }],
    ['with a wrong secret', { headers: { ...FROM_EDGE, 'x-origin-verify': 'guess' } }],
    ['with an empty secret', { headers: { ...FROM_EDGE, 'x-origin-verify': '' } }],
  ])('is from nowhere when a request brings those headers %s', async (_, parts) => {
    const { open, visits } = shortDoor();
    await open(parts);
    expect(visits.recorded[0]).toMatchObject({ country: 'ZZ', region: '', city: '', device: 'unknown' });
  });

  it('is cropped: no field of a click grows with what is sent, and no address is in it', async () => {
    const visitorHash = jest.fn().mockResolvedValue('hash');
    const { open, visits } = shortDoor({}, { visitorHash });
    const long = 'x'.repeat(9_000);
    await open({
      headers: {
        [VIEWER_HEADERS.country]: long,
        [VIEWER_HEADERS.region]: long,
        [VIEWER_HEADERS.city]: long,
        [VIEWER_HEADERS.device]: long,
        [VIEWER_HEADERS.address]: '198.51.100.7',
        'user-agent': long,
        'accept-language': long,
        referer: `https://${long}.example/`,
      },
      rawQuery: `utm_source=${long}&utm_term=${long}`,
      sourceIp: '203.0.113.9',
    });
    const [click] = visits.recorded;
    expect(click).toMatchObject({ country: 'ZZ', device: 'unknown', language: '', visitor: 'hash' });
    expect(JSON.stringify(click).length).toBeLessThan(1_500);
    expect(JSON.stringify(click)).not.toMatch(/198\.51\.100|203\.0\.113/);
    expect(visitorHash).toHaveBeenCalledWith('198.51.100.7', long.slice(0, 512), NOW_MS);
  });

  it('is hashed by the address of the connection where the request went around the edge', async () => {
    const visitorHash = jest.fn().mockResolvedValue('hash');
    const headers = { [VIEWER_HEADERS.address]: '198.51.100.7', 'user-agent': 'agent' };
    await shortDoor({}, { visitorHash }).open({ throughEdge: false, headers, sourceIp: '203.0.113.9' });
    expect(visitorHash).toHaveBeenCalledWith('203.0.113.9', 'agent', NOW_MS);
  });

  it('comes from a page, in a language, with a browser of which more is read behind the stream', async () => {
    const { open, visits } = shortDoor();
    await open({
      headers: {
        referer: 'https://News.Example:8443/story?session=secret#top',
        'accept-language': 'de-at,de;q=0.8',
        'user-agent': 'Agent/1.0',
      },
    });
    expect(visits.recorded[0]).toMatchObject({ referrer: 'news.example', language: 'de-AT', user_agent: 'Agent/1.0' });
    expect(JSON.stringify(visits.recorded)).not.toContain('secret');
  });

  it('without any of these headers is a click all the same', async () => {
    const { open, visits } = shortDoor();
    await open({ headers: { 'user-agent': '' } });
    expect(visits.recorded[0]).toMatchObject({ referrer: '', language: '', user_agent: '' });
  });

  it('costs no time with a user agent of 60 KB', async () => {
    const { open } = shortDoor();
    await open();
    for (const agent of [
      'a'.repeat(60_000),
      'bot '.repeat(15_000),
      `${' '.repeat(59_000)}x`,
      `Mozilla/5.0 (${'('.repeat(59_000)}`,
    ]) {
      const startedMs = performance.now();
      await open({ headers: { 'user-agent': agent } });
      expect(performance.now() - startedMs).toBeLessThan(100);
    }
  });
});

describe('When no store answers', () => {
  const down = (error: Error) => {
    const find = jest.fn().mockRejectedValue(error);
    return shortDoor(null, { links: { find } });
  };
  let logged: jest.SpyInstance;
  beforeEach(() => {
    logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => logged.mockRestore());

  it('a visitor gets 503 and when to come back, never 404', async () => {
    const { open } = down(new Error('DynamoDB did not answer within 400 ms'));
    const page = await open({ headers: BROWSER });
    expect(page).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    checkPage(page);
    expect(problemIn(await open({ headers: JSON_ONLY })).error).toBe('SERVICE_UNAVAILABLE');
    expect(logged).toHaveBeenCalledTimes(2);
  });

  it('an error nobody foresaw is 500, tells the visitor nothing and the log its request', async () => {
    const { open } = down(new TypeError('secret detail'));
    for (const headers of [BROWSER, JSON_ONLY]) {
      const answer = await open({ headers });
      expect(answer.statusCode).toBe(500);
      expect(JSON.stringify(answer)).not.toContain('secret detail');
    }
    expect(String(logged.mock.calls[0])).toContain(REQUEST_ID);
  });

  it('a click that cannot be claimed is not let through', async () => {
    const budget = { claim: () => Promise.reject(new Error('did not answer')), isSpent: () => Promise.resolve(false) };
    const visits = { ...visitDeps(aHotLink({ maxClicks: 5 })), budget };
    const handler = redirectHandler({ ...visits, originSecret: ORIGIN_SECRET, dependencies: async () => ({}) });
    expect(await handler(shortEvent('GET', `/${CODE}`))).toMatchObject({ statusCode: 503 });
    expect(visits.recorded).toEqual([]);
  });
});

describe('Everything else on the short domain', () => {
  it('is a page at its root', async () => {
    const answer = await shortDoor().handler(shortEvent('GET', '/', { routeKey: 'GET /', params: {} }));
    expect(answer.statusCode).toBe(200);
    checkPage(answer);
  });

  it('is its health', async () => {
    const { deps } = shortDoor();
    const ask = (routeKey: string, dependencies: RedirectHandlerDeps['dependencies']) =>
      redirectHandler({ ...deps, dependencies })(shortEvent('GET', '/health', { routeKey, params: {} }));
    expect(await ask('GET /health', () => Promise.reject(new Error('not asked')))).toMatchObject({ statusCode: 200 });
    expect(await ask('GET /health/deep', async () => ({ links: true }))).toMatchObject({ statusCode: 200 });
    const sick = await ask('GET /health/deep', async () => ({ links: true, clicks: false }));
    expect([sick.statusCode, JSON.parse(sick.body ?? '')]).toEqual([
      503,
      { status: 'degraded', dependencies: { links: true, clicks: false } },
    ]);
  });

  it.each([
    ['GET', '/a/b/c', 404, 'NOT_FOUND'],
    ['HEAD', '/a/b', 404, 'NOT_FOUND'],
    ['PUT', '/aB7x3Kq', 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', '/aB7x3Kq', 405, 'METHOD_NOT_ALLOWED'],
    ['OPTIONS', '/', 405, 'METHOD_NOT_ALLOWED'],
  ])('is refused in its own words: %s %s', async (method, path, status, word) => {
    const { handler } = shortDoor();
    const parts = { routeKey: '$default', params: {} };
    checkPage(await handler(shortEvent(method, path, parts)));
    const answer = await handler(shortEvent(method, path, { ...parts, headers: JSON_ONLY }));
    expect([answer.statusCode, problemIn(answer).error]).toEqual([status, word]);
    if (status === 405) expect(answer.headers?.['allow']).toBe('GET, HEAD');
  });
});
