import { createHash } from 'node:crypto';
import type { HotLink } from '../../core/links/hot-link.ts';
import type { RedirectHandlerDeps } from '../../lambdas/redirect/handler.ts';
import { redirectHandler } from '../../lambdas/redirect/handler.ts';
import { VIEWER_HEADERS } from '../../lambdas/viewer-headers.ts';
import { ORIGIN_SECRET, REQUEST_ID, SHORT_ORIGIN, shortEvent } from '../fixtures/events.ts';
import { aHotLink, NOW_MS, TARGET } from '../fixtures/links.ts';
import { problemIn } from '../fixtures/problems.ts';
import { visitDeps } from '../fixtures/visits.ts';

const CODE = 'aB7x3Kq';
const SECRET_TARGET = 'https://secret.example/very-private?token=abc';
const JSON_ONLY = { accept: 'application/json' };
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

function world(link: Partial<HotLink> | null = {}, options: Parameters<typeof visitDeps>[1] = {}) {
  const visits = visitDeps(link === null ? null : aHotLink(link), options);
  const deps: RedirectHandlerDeps = {
    ...visits,
    originSecret: ORIGIN_SECRET,
    dependencies: async () => ({ links: true, clicks: true }),
  };
  const handler = redirectHandler(deps);
  const open = (parts: Parameters<typeof shortEvent>[2] = {}, path = `/${CODE}`, method = 'GET') =>
    handler(shortEvent(method, path, parts));
  return { visits, deps, handler, open };
}

/** Fails unless a page is safe and small, whatever was written into it. */
function checkPage({ headers = {}, body = '' }: { headers?: Record<string, unknown>; body?: string }): void {
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-store',
    'x-request-id': REQUEST_ID,
  });
  expect(body).toMatch(/^<!doctype html>/);
  expect(body).not.toMatch(/<script|javascript:|\son\w+\s*=|<iframe|<img|<link|@import|url\(/i);
  expect(Buffer.byteLength(body)).toBeLessThan(10_000);
  const styles = [...body.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) => style);
  expect(styles).toHaveLength(1);
  expect(body).not.toMatch(/\sstyle=/);
  const hash = createHash('sha256')
    .update(styles[0] ?? '')
    .digest('base64');
  expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
}

describe('A visitor of an alive link', () => {
  it('is sent on with 302, by an answer nobody stores', async () => {
    const { open, visits } = world();
    expect(await open()).toEqual({
      statusCode: 302,
      headers: { location: TARGET, 'cache-control': 'private, no-store', 'x-request-id': REQUEST_ID },
    });
    expect(visits.recorded).toHaveLength(1);
  });

  it.each([301, 302, 307, 308] as const)('is sent on with the status the link asks for: %i', async (redirectStatus) => {
    expect(await world({ redirectStatus }).open()).toMatchObject({ statusCode: redirectStatus });
  });

  it.each([
    ['HEAD', {}],
    ['GET', { 'sec-purpose': 'prefetch' }],
    ['GET', { 'sec-purpose': 'prefetch;prerender' }],
    ['GET', { purpose: 'prefetch' }],
    ['GET', { 'x-moz': 'prefetch' }],
  ])('gets the same answer without a click by %s with %j', async (method, headers) => {
    const { open, visits } = world();
    expect(await open({ headers }, `/${CODE}`, method)).toMatchObject({
      statusCode: 302,
      headers: { location: TARGET },
    });
    expect(visits.recorded).toEqual([]);
  });

  it('takes the query along where the link says so, but never the unlock token', async () => {
    const { open } = world({ forwardQuery: true });
    const { headers } = await open({ rawQuery: 'utm=a%20b&unlock_token=secret&x=1' });
    expect(headers?.['location']).toBe('https://example.com/a?b=c&utm=a+b&x=1');
  });
});

type Row = readonly [
  string,
  Partial<HotLink> | null,
  Parameters<typeof visitDeps>[1],
  string,
  number,
  string,
  Record<string, unknown>,
];

const REFUSALS: readonly Row[] = [
  ['an unknown code', null, {}, `/${CODE}`, 404, 'URL_NOT_FOUND', {}],
  ['an impossible code', {}, {}, '/favicon.ico', 404, 'URL_NOT_FOUND', {}],
  ['a disabled link', { status: 'disabled' }, {}, `/${CODE}`, 410, 'URL_DISABLED', {}],
  ['a deleted link', { status: 'deleted' }, {}, `/${CODE}`, 410, 'URL_DISABLED', {}],
  [
    'an expired link',
    { expiresAtMs: NOW_MS },
    {},
    `/${CODE}`,
    410,
    'URL_EXPIRED',
    { expired_at: '2026-11-21T12:00:00.000Z' },
  ],
  ['a link used up', { maxClicks: 1 }, { budget: 0 }, `/${CODE}`, 410, 'CLICK_LIMIT_REACHED', {}],
  [
    'a locked link',
    { unlockKey: 'k' },
    {},
    `/${CODE}`,
    403,
    'PASSWORD_REQUIRED',
    { action: { method: 'POST', endpoint: `/v1/urls/${CODE}/unlock` } },
  ],
];

describe('A visitor who is refused', () => {
  it.each(REFUSALS)('for %s gets a page as a browser', async (_, link, options, path, status) => {
    const { open, visits } = world(link === null ? null : { targetUrl: SECRET_TARGET, ...link }, options);
    const answer = await open({ headers: BROWSER }, path);
    expect(answer.statusCode).toBe(status);
    checkPage(answer);
    expect(JSON.stringify(answer)).not.toContain('secret.example');
    expect(visits.recorded).toEqual([]);
  });

  it.each(REFUSALS)(
    'for %s gets a problem document as a program',
    async (_, link, options, path, status, word, details) => {
      const { open, visits } = world(link === null ? null : { targetUrl: SECRET_TARGET, ...link }, options);
      const answer = await open({ headers: JSON_ONLY }, path);
      expect(answer.statusCode).toBe(status);
      expect(problemIn(answer)).toMatchObject({ error: word, ...details });
      expect(String(problemIn(answer)['type'])).toBe(`${SHORT_ORIGIN}/docs/errors/${word}`);
      expect(answer.headers).toMatchObject({
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
        vary: 'accept',
      });
      expect(JSON.stringify(answer)).not.toContain('secret.example');
      expect(visits.recorded).toEqual([]);
    },
  );

  it('for a prefetch of a link that counts exactly is told so', async () => {
    const { open } = world({ maxClicks: 5 });
    const headers = { 'sec-purpose': 'prefetch' };
    checkPage(await open({ headers }));
    expect(problemIn(await open({ headers: { ...headers, ...JSON_ONLY } })).error).toBe('PREFETCH_REFUSED');
  });

  it.each([
    [undefined, 'page'],
    ['*/*', 'page'],
    ['text/html,application/json', 'page'],
    ['application/json', 'json'],
    ['application/problem+json', 'json'],
    ['application/json, */*;q=0.1', 'json'],
    ['text/plain', 'page'],
  ])('is answered in the form %j asks for: %s', async (accept, form) => {
    const { headers } = await world(null).open({ headers: accept === undefined ? {} : { accept } });
    expect(headers?.['content-type']).toBe(form === 'json' ? 'application/problem+json' : 'text/html; charset=utf-8');
  });
});

describe('A protected link', () => {
  it('shows its password page, without its target in any byte', async () => {
    const answer = await world({ unlockKey: 'k', targetUrl: SECRET_TARGET }).open({ headers: BROWSER });
    expect(answer.body).toMatch(new RegExp(`<form method="post" action="/${CODE}">`));
    expect(answer.body).toContain('type="password"');
    expect(JSON.stringify(answer)).not.toMatch(/secret\.example|very-private|token=abc/);
  });

  it.each([
    ['the cookie', { cookies: ['other=1', 'signpost_unlock=good'] }],
    ['the query', { query: { unlock_token: 'good' } }],
    ['the query before the cookie', { query: { unlock_token: 'good' }, cookies: ['signpost_unlock=bad'] }],
  ])('opens for a token in %s, and that is a click', async (_, parts) => {
    const { open, visits } = world({ unlockKey: 'k' });
    expect(await open(parts)).toMatchObject({ statusCode: 302, headers: { location: TARGET } });
    expect(visits.recorded).toHaveLength(1);
  });

  it.each([
    ['a wrong token', { query: { unlock_token: 'bad' } }],
    ['a wrong cookie', { cookies: ['signpost_unlock=bad'] }],
    ['a cookie of another name', { cookies: ['not_signpost_unlock=good', 'xsignpost_unlock=good'] }],
  ])('stays locked for %s', async (_, parts) => {
    expect(await world({ unlockKey: 'k' }).open(parts)).toMatchObject({ statusCode: 403 });
  });

  it.each(['', 'é'.repeat(43), '.', 'a.b.c', '%', 'x'.repeat(7_000), '\u0000'])(
    'with the real check stays locked, never failing, for the token %j',
    async (token) => {
      const { opens } = await import('../../core/links/unlock-token.ts');
      const { open } = world({ unlockKey: Buffer.alloc(32, 1).toString('base64url') }, { opens });
      expect(await open({ query: { unlock_token: token } })).toMatchObject({ statusCode: 403 });
      expect(await open({ cookies: [`signpost_unlock=${token}`] })).toMatchObject({ statusCode: 403 });
    },
  );
});

describe('A preview', () => {
  it('says where a link leads and since when, as a page and as JSON, and is no click', async () => {
    const { open, visits } = world();
    const page = await open({ headers: BROWSER }, `/${CODE}+`);
    checkPage(page);
    expect(page).toMatchObject({ statusCode: 200 });
    expect(page.body).toContain('example.com');
    expect(page.body).toContain('2026-11-20');
    const json = await open({ headers: JSON_ONLY }, `/${CODE}+`);
    expect(JSON.parse(json.body ?? '')).toEqual({
      short_code: CODE,
      original_url: TARGET,
      password_protected: false,
      created_at: '2026-11-20T12:00:00.000Z',
    });
    expect(visits.recorded).toEqual([]);
  });

  it('of a protected link shows no target', async () => {
    const { open } = world({ unlockKey: 'k', targetUrl: SECRET_TARGET });
    for (const headers of [BROWSER, JSON_ONLY])
      expect(JSON.stringify(await open({ headers, query: { unlock_token: 'good' } }, `/${CODE}+`))).not.toContain(
        'secret.example',
      );
  });

  it.each([
    'https://example.com/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
    "https://example.com/'onmouseover='alert(1)",
    'https://example.com/&lt;b&gt;&amp;',
    'https://xn--pypal-4ve.example/',
  ])('shows %s as text', async (targetUrl) => {
    const { body = '' } = await world({ targetUrl }).open({ headers: BROWSER }, `/${CODE}+`);
    const text = body.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    expect(text).toContain(targetUrl);
    expect(body).not.toMatch(/<script|'onmouseover='/);
  });
});

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
    const answer = await world(null).open(
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
      const { open } = world(null);
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
    const { open, visits } = world();
    await open({ headers: FROM_EDGE });
    expect(visits.recorded[0]).toMatchObject({
      country: 'DE',
      region: 'BE',
      city: 'Berlin',
      device: 'mobile',
      bot: false,
    });
  });

  it.each([
    ['without the secret', { throughEdge: false, headers: FROM_EDGE }],
    ['with a wrong secret', { headers: { ...FROM_EDGE, 'x-origin-verify': 'guess' } }],
    ['with an empty secret', { headers: { ...FROM_EDGE, 'x-origin-verify': '' } }],
  ])('is from nowhere when a request brings those headers %s', async (_, parts) => {
    const { open, visits } = world();
    await open(parts);
    expect(visits.recorded[0]).toMatchObject({ country: 'ZZ', region: '', city: '', device: 'unknown' });
  });

  it('is cropped: no field of a click grows with what is sent, and no address is in it', async () => {
    const { open, visits } = world();
    const long = 'x'.repeat(9_000);
    await open({
      headers: {
        [VIEWER_HEADERS.country]: long,
        [VIEWER_HEADERS.region]: long,
        [VIEWER_HEADERS.city]: long,
        [VIEWER_HEADERS.device]: long,
        [VIEWER_HEADERS.address]: '198.51.100.7:443',
        'user-agent': long,
      },
      sourceIp: '203.0.113.9',
    });
    const [click] = visits.recorded;
    expect(click).toMatchObject({ country: 'ZZ', device: 'unknown' });
    expect(JSON.stringify(click).length).toBeLessThan(600);
    expect(JSON.stringify(click)).not.toMatch(/198\.51\.100|203\.0\.113/);
  });

  it.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', true],
    ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', true],
    ['curl/8.5.0', true],
    ['', true],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
      false,
    ],
  ])('is marked, never dropped, when it is a bot: %s', async (agent, bot) => {
    const { open, visits } = world();
    expect(await open({ headers: { 'user-agent': agent } })).toMatchObject({ statusCode: 302 });
    expect(visits.recorded[0]?.bot).toBe(bot);
  });

  it('costs no time with a user agent of 60 KB', async () => {
    const { open } = world();
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
  const down = (error: Error) => world(null, { links: { find: () => Promise.reject(error) } });
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
    const answer = await world().handler(shortEvent('GET', '/', { routeKey: 'GET /', params: {} }));
    expect(answer.statusCode).toBe(200);
    checkPage(answer);
  });

  it('is its health', async () => {
    const { deps } = world();
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
    const { handler } = world();
    const parts = { routeKey: '$default', params: {} };
    checkPage(await handler(shortEvent(method, path, parts)));
    const answer = await handler(shortEvent(method, path, { ...parts, headers: JSON_ONLY }));
    expect([answer.statusCode, problemIn(answer).error]).toEqual([status, word]);
    if (status === 405) expect(answer.headers?.['allow']).toBe('GET, HEAD');
  });
});
