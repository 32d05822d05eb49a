import fc from 'fast-check';
import { FAILURES } from '../../core/errors.ts';
import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import type { Problem } from './problem.ts';
import { type Product, startProduct } from './product.ts';
import { type RawAnswer, rawly, request } from './raw-http.ts';

/** The same inputs on every run; `HOSTILE_SEED=7 npm test -- hostile` tries others. A failure prints seed and path. */
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_121);
const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 300);

let product: Product;
let ports: { readonly app: number; readonly short: number };
beforeAll(async () => {
  product = await startProduct();
  ports = { app: Number(new URL(product.app).port), short: Number(new URL(product.short).port) };
  await product.api('/v1/urls', { body: { original_url: 'https://example.com/calm', custom_alias: 'calm' } });
});
afterAll(() => product.close());
/** Whatever was sent, the next clean request is answered as if nothing had been. */
afterEach(async () => {
  const visit = await product.visit('/calm', { method: 'HEAD' });
  expect([visit.status, visit.headers.get('location')]).toEqual([302, 'https://example.com/calm']);
  expect((await product.api('/v1/urls/calm')).json<LinkAnswer>().original_url).toBe('https://example.com/calm');
});

const always = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>, numRuns = RUNS): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, holds), { seed: SEED, numRuns, endOnFailure: true });

/** Never a 5xx; a refusal of an API is a problem document. The server's parser and the edge refuse in words of their own. */
function expectSane(answer: RawAnswer, sent: string): void {
  const shown = [sent.slice(0, 400), answer.status, answer.body.slice(0, 400)];
  expect([...shown, answer.status === null || answer.status < 500]).toEqual([...shown, true]);
  const byParser = answer.status === null || !answer.headers.has('strict-transport-security');
  const byEdge = answer.headers.get('x-cache') === 'Error from cloudfront';
  if (byParser || byEdge || (answer.status ?? 0) < 400) return;
  expect([...shown, answer.headers.get('content-type')]).toEqual([...shown, 'application/problem+json']);
  if (answer.body === '') return;
  const problem = JSON.parse(answer.body) as Problem;
  expect(Object.keys(FAILURES)).toContain(problem.error);
  expect(problem).toMatchObject({
    type: expect.stringMatching(/^http:\/\/localhost:\d+\/docs\/errors\/[A-Z_]+$/),
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    request_id: answer.headers.get('x-request-id'),
  });
}

const NASTY = [
  ['../../etc/passwd', '..%2f..%2f', '%252e%252e%252f', '%00', '\u0000', '%0d%0aSet-Cookie:%20a=b', '\r\nX: y'],
  ['__proto__', 'constructor', 'toString', '{{7*7}}', '${7*7}', '<script>alert(1)</script>', "' OR 1=1 --", '`id`'],
  [
    '%',
    '%%',
    '%E0%A4%A',
    '%ff%fe',
    '%c0%af',
    '\u202e',
    '\ufeff',
    '𝒳',
    'ｅｖｉｌ',
    'e\u0301',
    '\ud800',
    '💥'.repeat(50),
  ],
  ['link#default/calm', 'ws#ws_demo', '*', '#', '?', '//', '///evil.example', '\\\\evil', ';', '"', '\u2028'],
  ['x'.repeat(5_000), '9'.repeat(400), '-0', 'NaN', '1e999', 'null', 'true', '[object Object]'],
].flat();
const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 200 }),
);
const inUrl = nasty.map((text) => encodeURI(text.toWellFormed()).replace(/%25/g, '%').replace(/[\s#]/g, ''));
const key = (): readonly [string, string] => ['Authorization', `Bearer ${product.key}`];
const asJson: readonly [string, string] = ['Content-Type', 'application/json'];
const acceptJson: readonly [string, string] = ['Accept', 'application/json'];

describe('hostile input', () => {
  test('in paths and query strings of both doors', async () => {
    const route = fc.constantFrom(
      '/',
      '/v1/urls/',
      '/v1/urls?cursor=',
      '/v1/urls?search=',
      '/v1/urls?limit=',
      '/docs/errors/',
    );
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS');
    await always(
      fc.tuple(fc.constantFrom('app', 'short'), method, route, inUrl),
      async ([door, verb, prefix, tail]) => {
        const body = ['POST', 'PATCH', 'PUT'].includes(verb) ? '{}' : '';
        const sent = request(verb, `${prefix}${tail}`, [key(), acceptJson, asJson], body);
        expectSane(await rawly(ports[door], sent), sent.toString());
      },
    );
  });

  test('double-encoded, with NUL and overlong, as they are', async () => {
    const paths = [
      '/%2e%2e/%2e%2e',
      '/..%5c..',
      '/%00',
      '/a%00b',
      '/%2500',
      '/%25252e',
      `/${'a'.repeat(8_100)}`,
      '/a//b',
      '/./calm',
      '/calm/',
      '/calm%2f',
      '/calm%20',
      '/CALM',
      '/calm%E2%80%8B',
    ];
    for (const path of paths) {
      for (const door of ['app', 'short'] as const) {
        const answer = await rawly(ports[door], request('GET', path, [acceptJson, key()]));
        expectSane(answer, path);
        expect([path, answer.status]).toEqual([path, 404]);
      }
    }
  });

  test('in the members of a create: refused, or kept and sent on as a clean Location', async () => {
    const value = fc.oneof(nasty, fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.bigInt().map(String));
    const member = fc.constantFrom(
      'original_url',
      'custom_alias',
      'expires_at',
      'max_clicks',
      'password',
      'title',
      'tags',
      'external_id',
      'redirect_status',
      'forward_query',
      'if_exists',
      '__proto__',
      'workspace_id',
      'pk',
    );
    await always(fc.tuple(member, value, fc.boolean()), async ([name, hostile, inList]) => {
      const text = `{"original_url":"https://example.com/","${name}":${JSON.stringify(inList ? [hostile] : hostile) ?? 'null'}}`;
      const sent = request('POST', '/v1/urls', [key(), asJson], text);
      const answer = await rawly(ports.app, sent);
      expectSane(answer, sent.toString());
      expect([text, [200, 201, 400, 409].includes(answer.status ?? 0)]).toEqual([text, true]);
      if (answer.status === 201) await expectCleanLocation((JSON.parse(answer.body) as LinkAnswer).short_code);
    });
  });

  async function expectCleanLocation(code: string): Promise<void> {
    const visit = await rawly(ports.short, request('HEAD', `/${code}`, [acceptJson]));
    if (visit.status === 403) return;
    expect(visit.status).toBeGreaterThanOrEqual(301);
    expect(visit.headers.get('location')).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
    expect(visit.headers.get('set-cookie')).toBeNull();
  }

  test('as targets: only http and https ever leave', async () => {
    const scheme = fc.constantFrom(
      'https://',
      'http://',
      'https:',
      'http:/',
      'javascript:',
      'ftp://',
      'wss://',
      'data:',
      ' https://',
      'HTTPS://',
      'https:\\\\',
      'view-source:https://',
      'blob:https://',
    );
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]`),
      fc.webAuthority({ withUserInfo: true, withPort: true }),
      nasty,
    );
    await always(fc.tuple(scheme, host, nasty), async ([start, name, path]) => {
      const text = JSON.stringify({ original_url: `${start}${name}/${path}` });
      const answer = await rawly(ports.app, request('POST', '/v1/urls', [key(), asJson], text));
      expectSane(answer, text);
      if (answer.status !== 201) return expect([400]).toContain(answer.status);
      const link = JSON.parse(answer.body) as LinkAnswer;
      expect(link.original_url).toBe(new URL(link.original_url).href);
      return expectCleanLocation(link.short_code);
    });
  });

  test('as bytes where JSON should be', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      fc.json({ maxDepth: 6 }).map((json) => Buffer.from(json)),
      fc
        .constantFrom(
          '['.repeat(100_000),
          '{"a":'.repeat(20_000),
          '"\\ud800"',
          '\ufeff{}',
          '{"original_url":"https://example.com/","original_url":1}',
        )
        .map((text) => Buffer.from(text)),
    );
    const path = fc.constantFrom(
      'POST /v1/urls',
      'POST /v1/urls/bulk',
      'PATCH /v1/urls/calm',
      'POST /v1/urls/calm/unlock',
      'POST /url/shorten',
    );
    await always(fc.tuple(path, bytes), async ([route, body]) => {
      const [method = '', target = ''] = route.split(' ');
      const sent = request(method, target, [key(), asJson, ['Idempotency-Key', `k${body.length}`]], body);
      expectSane(await rawly(ports.app, sent), `${route} ${body.toString('base64').slice(0, 200)}`);
    });
  });

  const wellFormed = nasty.map((text) => text.toWellFormed());

  test('in bulk entries', async () => {
    await always(
      fc.array(
        fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.record({ original_url: wellFormed, custom_alias: wellFormed })),
        {
          minLength: 1,
          maxLength: 20,
        },
      ),
      async (urls) => {
        const answer = await rawly(
          ports.app,
          request('POST', '/v1/urls/bulk', [key(), asJson], JSON.stringify({ urls, mode: 'partial' })),
        );
        expectSane(answer, JSON.stringify(urls));
        const { created, failed } = JSON.parse(answer.body) as { created: number; failed: number };
        expect([answer.status, created + failed]).toEqual([201, urls.length]);
      },
      50,
    );
  });

  test('in headers', async () => {
    const name = fc.constantFrom(
      'Accept',
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'Cookie',
      'User-Agent',
      'Referer',
      'Sec-Purpose',
      'Accept-Language',
      'X-Request-Id',
      'Range',
      'Expect',
      'Origin',
      'X-HTTP-Method-Override',
      'CloudFront-Viewer-Country',
      'x-signpost-viewer',
      '__proto__',
      'constructor',
    );
    const value = nasty.map((text) => Buffer.from(text.replaceAll(/[\r\n]|\0/g, '')).toString('latin1'));
    const route = fc.constantFrom(
      'GET /calm',
      'GET /nothing',
      'POST /v1/urls',
      'PATCH /v1/urls/calm',
      'GET /v1/urls',
      'POST /v1/urls/calm/unlock',
    );
    await always(
      fc.tuple(route, fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 })),
      async ([target, headers]) => {
        const [method = '', path = ''] = target.split(' ');
        const body = method === 'GET' ? '' : '{}';
        for (const port of [ports.app, ports.short]) {
          const sent = request(method, path, [acceptJson, asJson, ...headers], body);
          const answer = await rawly(port, sent);
          expect([sent.toString(), answer.status === null || answer.status < 500]).toEqual([sent.toString(), true]);
        }
      },
    );
  });

  test('that is no HTTP, or two requests in one', async () => {
    const requests = [
      'GET / HTTP/9.9\r\n\r\n',
      '\u0000\u0001\u0002\r\n\r\n',
      'GET /calm HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /v1/urls HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{}{}',
      'POST /v1/urls HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'GET /calm HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n',
      'GET /calm HTTP/1.1\r\nConnection: close\r\n\r\n',
      `GET /calm HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`,
      'GET http://evil.example/calm HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      'TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'GET * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    ];
    for (const bytes of requests) {
      for (const port of [ports.app, ports.short]) {
        const { status } = await rawly(port, bytes);
        expect([bytes.slice(0, 80), status === null || (status >= 400 && status < 500)]).toEqual([
          bytes.slice(0, 80),
          true,
        ]);
      }
    }
  });
});
