import type { HotLink } from '../../core/links/hot-link.ts';
import { scanPath } from '../../core/qr/scan-path.ts';
import { REQUEST_ID, SHORT_ORIGIN } from '../fixtures/events.ts';
import { NOW_MS, TARGET } from '../fixtures/links.ts';
import { problemIn } from '../fixtures/problems.ts';
import { BROWSER, CODE, checkPage, JSON_ONLY, SECRET_TARGET, shortDoor } from '../fixtures/short-door.ts';
import { visitDeps } from '../fixtures/visits.ts';

describe('A visitor of an alive link', () => {
  it('is sent on with 302, by an answer nobody stores', async () => {
    const { open, visits } = shortDoor();
    expect(await open()).toEqual({
      statusCode: 302,
      headers: { location: TARGET, 'cache-control': 'private, no-store', 'x-request-id': REQUEST_ID },
    });
    expect(visits.recorded).toHaveLength(1);
  });

  it.each([301, 302, 307, 308] as const)('is sent on with the status the link asks for: %i', async (redirectStatus) => {
    expect(await shortDoor({ redirectStatus }).open()).toMatchObject({ statusCode: redirectStatus });
  });

  it.each([
    ['HEAD', {}],
    ['GET', { 'sec-purpose': 'prefetch' }],
    ['GET', { 'sec-purpose': 'prefetch;prerender' }],
    ['GET', { purpose: 'prefetch' }],
    ['GET', { 'x-moz': 'prefetch' }],
  ])('gets the same answer without a click by %s with %j', async (method, headers) => {
    const { open, visits } = shortDoor();
    expect(await open({ headers }, `/${CODE}`, method)).toMatchObject({
      statusCode: 302,
      headers: { location: TARGET },
    });
    expect(visits.recorded).toEqual([]);
  });

  it('takes the query along where the link says so, but never the unlock token', async () => {
    const { open } = shortDoor({ forwardQuery: true });
    const { headers } = await open({ rawQuery: 'utm=a%20b&unlock_token=secret&x=1' });
    expect(headers?.['location']).toBe('https://example.com/a?b=c&utm=a+b&x=1');
  });
});

describe('A visitor who scanned a QR code', () => {
  const PATH = scanPath({ code: CODE, placement: 'menu' });

  it.each([
    ['GET /Q/{scan}/{placement}', PATH],
    ['$default', PATH.toLowerCase()],
  ])('is sent on as by the link itself, and counted as a scan: %s', async (routeKey, path) => {
    const { open, visits } = shortDoor();
    expect(await open({ routeKey }, path)).toMatchObject({ statusCode: 302, headers: { location: TARGET } });
    expect(visits.recorded).toMatchObject([{ code: CODE, source: 'scan', placement: 'menu' }]);
  });

  it('is not counted by a HEAD', async () => {
    const { open, visits } = shortDoor();
    expect(await open({ routeKey: 'HEAD /Q/{scan}/{placement}' }, PATH, 'HEAD')).toMatchObject({ statusCode: 302 });
    expect(visits.recorded).toEqual([]);
  });

  it.each([
    ['/Q/NAPPDXFKR', 'GET', 404],
    ['/Q/N%2E%2E', 'GET', 404],
    [PATH, 'POST', 405],
  ])('gets no further with %s by %s', async (path, method, statusCode) => {
    const { open, visits } = shortDoor();
    expect(await open({ routeKey: '$default' }, path, method)).toMatchObject({ statusCode });
    expect(visits.steps).toEqual([]);
  });

  it('types the password of a protected link where its own page takes it', async () => {
    const { open } = shortDoor({ unlockKey: 'k' });
    const { statusCode, body } = await open({ routeKey: 'GET /Q/{scan}/{placement}', headers: BROWSER }, PATH);
    expect([statusCode, body]).toEqual([403, expect.stringContaining(`action="/${CODE}"`)]);
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
    const { open, visits } = shortDoor(link === null ? null : { targetUrl: SECRET_TARGET, ...link }, options);
    const answer = await open({ headers: BROWSER }, path);
    expect(answer.statusCode).toBe(status);
    checkPage(answer);
    expect(JSON.stringify(answer)).not.toContain('secret.example');
    expect(visits.recorded).toEqual([]);
  });

  it.each(REFUSALS)(
    'for %s gets a problem document as a program',
    async (_, link, options, path, status, word, details) => {
      const { open, visits } = shortDoor(link === null ? null : { targetUrl: SECRET_TARGET, ...link }, options);
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
    const { open } = shortDoor({ maxClicks: 5 });
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
    const { headers } = await shortDoor(null).open({ headers: accept === undefined ? {} : { accept } });
    expect(headers?.['content-type']).toBe(form === 'json' ? 'application/problem+json' : 'text/html; charset=utf-8');
  });
});

describe('A protected link', () => {
  it('shows its password page, without its target in any byte', async () => {
    const answer = await shortDoor({ unlockKey: 'k', targetUrl: SECRET_TARGET }).open({ headers: BROWSER });
    expect(answer.body).toMatch(new RegExp(`<form method="post" action="/${CODE}">`));
    expect(answer.body).toContain('type="password"');
    expect(JSON.stringify(answer)).not.toMatch(/secret\.example|very-private|token=abc/);
  });

  it.each([
    ['the cookie', { cookies: ['other=1', 'signpost_unlock=good'] }],
    ['the query', { query: { unlock_token: 'good' } }],
    ['the query before the cookie', { query: { unlock_token: 'good' }, cookies: ['signpost_unlock=bad'] }],
  ])('opens for a token in %s, and that is a click', async (_, parts) => {
    const { open, visits } = shortDoor({ unlockKey: 'k' });
    expect(await open(parts)).toMatchObject({ statusCode: 302, headers: { location: TARGET } });
    expect(visits.recorded).toHaveLength(1);
  });

  it.each([
    ['a wrong token', { query: { unlock_token: 'bad' } }],
    ['a wrong cookie', { cookies: ['signpost_unlock=bad'] }],
    ['a cookie of another name', { cookies: ['not_signpost_unlock=good', 'xsignpost_unlock=good'] }],
  ])('stays locked for %s', async (_, parts) => {
    expect(await shortDoor({ unlockKey: 'k' }).open(parts)).toMatchObject({ statusCode: 403 });
  });

  it.each(['', 'é'.repeat(43), '.', 'a.b.c', '%', 'x'.repeat(7_000), '\u0000'])(
    'with the real check stays locked, never failing, for the token %j',
    async (token) => {
      const { opens } = await import('../../core/links/unlock-token.ts');
      const { open } = shortDoor({ unlockKey: Buffer.alloc(32, 1).toString('base64url') }, { opens });
      expect(await open({ query: { unlock_token: token } })).toMatchObject({ statusCode: 403 });
      expect(await open({ cookies: [`signpost_unlock=${token}`] })).toMatchObject({ statusCode: 403 });
    },
  );
});

describe('A preview', () => {
  it('says where a link leads and since when, as a page and as JSON, and is no click', async () => {
    const { open, visits } = shortDoor();
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
    const { open } = shortDoor({ unlockKey: 'k', targetUrl: SECRET_TARGET });
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
    const { body = '' } = await shortDoor({ targetUrl }).open({ headers: BROWSER }, `/${CODE}+`);
    const text = body.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    expect(text).toContain(targetUrl);
    expect(body).not.toMatch(/<script|'onmouseover='/);
  });
});
