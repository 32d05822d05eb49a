import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as fc from 'fast-check';
import { opens } from '../../core/links/unlock-token.ts';
import { redirectHandler } from '../../lambdas/redirect/handler.ts';
import { ORIGIN_SECRET, shortEvent } from '../fixtures/events.ts';
import { aHotLink, aLink, LINK_PASSWORD } from '../fixtures/links.ts';
import { linksApi } from '../fixtures/links-api.ts';
import type { Answered } from '../fixtures/problems.ts';
import { problemIn } from '../fixtures/problems.ts';
import { UNLOCK_ROUTE, unlockApi } from '../fixtures/unlock-api.ts';
import { visitDeps } from '../fixtures/visits.ts';

/** A password that is compared in no time. */
jest.mock('../../core/links/link-password.ts', () => ({
  ...jest.requireActual<object>('../../core/links/link-password.ts'),
  matchesLinkPassword: () => Promise.resolve(false),
}));

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('__proto__', 'constructor', '', 'null', '\u0000', '💥'.repeat(30), 'x'.repeat(3_000)),
);
const values = fc.oneof({ maxDepth: 3 }, fc.jsonValue({ maxDepth: 3 }), text, fc.double(), fc.maxSafeInteger());

/** Bodies from nonsense to almost right: known members with any value, and members nobody knows. */
const members = (known: readonly string[]) =>
  fc.dictionary(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: text }), values, {
    maxKeys: 6,
  });
const LINK_MEMBERS = [
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
  'is_active',
  'urls',
  'mode',
];
const almostRight = fc
  .tuple(members(LINK_MEMBERS), fc.oneof(fc.webUrl(), text))
  .map(([body, original_url]) => ({ ...body, original_url }));
const bodies = (known: readonly string[]) =>
  fc.oneof(
    members(known).map((body) => JSON.stringify(body)),
    almostRight.map((body) => JSON.stringify(body)),
    fc.json(),
    text,
  );

const headers = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'idempotency-key',
    'if-match',
    'accept',
    'x-forwarded-host',
    'host',
    'x-forwarded-proto',
    'sec-purpose',
    'user-agent',
    'x-origin-verify',
    'x-viewer-country',
    'x-viewer-address',
  ),
  fc.oneof(text, fc.constantFrom('application/json', 'text/html', '"1"', '*', 'prefetch')),
  { maxKeys: 4 },
);
const codes = fc.oneof(text, fc.constantFrom('aB7x3Kq', 'aB7x3Kq+', 'protected', 'favicon.ico'));
const queries = fc.dictionary(
  fc.constantFrom(
    'limit',
    'cursor',
    'tag',
    'search',
    'sort',
    'status',
    'created_after',
    'created_before',
    'external_id',
    'unlock_token',
  ),
  fc.oneof(text, fc.constantFrom('1', '-clicks', 'active', '2026-01-01T00:00:00Z')),
  { maxKeys: 4 },
);

function checkApiAnswer(answer: Answered): void {
  expect(answer.statusCode).toBeLessThan(500);
  if ((answer.statusCode ?? 0) >= 400) problemIn(answer);
}

describe('Whatever is sent', () => {
  it('to the links API is never a 5xx, and every refusal is a problem document', async () => {
    const { call, deps } = linksApi();
    deps.store.add(aLink());
    const routes = fc.constantFrom(
      ['POST', '/v1/urls'],
      ['POST', '/url/shorten'],
      ['POST', '/v1/urls/bulk'],
      ['GET', '/v1/urls'],
      ['GET', '/v1/urls/{code}'],
      ['PATCH', '/v1/urls/{code}'],
      ['DELETE', '/v1/urls/{code}'],
      ['PUT', '/v1/urls'],
    );
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        routes,
        bodies(LINK_MEMBERS),
        headers,
        codes,
        queries,
        async ([method = '', resource = ''], body, given, code, query) => {
          const answer = await call(method, resource, { body, headers: given, params: { code }, query });
          checkApiAnswer(answer);
          if (answer.statusCode < 300) accepted += 1;
        },
      ),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('in a bulk call, each entry has its own answer', async () => {
    const { call } = linksApi();
    const entries = fc.array(fc.oneof(almostRight, values), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(entries, fc.constantFrom('partial', 'all_or_nothing'), async (urls, mode) => {
        const answer = await call('POST', '/v1/urls/bulk', { body: JSON.stringify({ urls, mode }) });
        checkApiAnswer(answer);
        if (answer.statusCode !== 201) return;
        const { created, failed, results } = JSON.parse(answer.body) as {
          created: number;
          failed: number;
          results: { index: number }[];
        };
        expect([created + failed, results.map(({ index }) => index)]).toEqual([
          urls.length,
          urls.map((_, index) => index),
        ]);
      }),
      { numRuns: 400 },
    );
  });

  it('to unlock a link is never a 5xx, on either door', async () => {
    const { call, submit } = unlockApi();
    await fc.assert(
      fc.asyncProperty(bodies(['password']), headers, codes, async (body, given, code) => {
        checkApiAnswer(await call({ body, headers: given, params: { code } }));
        const page = await submit(body, { headers: given }, code);
        expect(page.statusCode).toBeLessThan(500);
        expect(page.body ?? '').not.toMatch(/<script|secret\.example/);
      }),
      { numRuns: 1_000 },
    );
    expect(UNLOCK_ROUTE).toContain('unlock');
  });

  it('to the short domain is a redirect, a page or a problem, and never a 5xx', async () => {
    const links = new Map([
      ['aB7x3Kq', aHotLink({ forwardQuery: true })],
      [
        'protected',
        aHotLink({ code: 'protected', unlockKey: LINK_PASSWORD.unlockKey, targetUrl: 'https://secret.example/' }),
      ],
    ]);
    const handler = redirectHandler({
      ...visitDeps(null, { links: { find: (_, code) => Promise.resolve(links.get(code) ?? null) }, opens }),
      originSecret: ORIGIN_SECRET,
      dependencies: async () => ({}),
    });
    const check = ({ statusCode = 0, headers: answered = {}, body = '' }: APIGatewayProxyStructuredResultV2): void => {
      expect([200, 302, 403, 404, 405, 410, 425]).toContain(statusCode);
      expect(body).not.toMatch(/<script|secret\.example/);
      if (statusCode === 302) expect(answered['location']).toMatch(/^https:\/\/example\.com\/[\x21-\x7e]*$/);
      if (answered['content-type'] === 'application/problem+json') problemIn({ statusCode, headers: answered, body });
    };
    const routeKeys = fc.constantFrom('GET /{code}', 'HEAD /{code}', 'GET /', '$default');
    await fc.assert(
      fc.asyncProperty(
        routeKeys,
        codes,
        fc.oneof(
          text,
          queries.map((query) => new URLSearchParams(query).toString()),
        ),
        headers,
        fc.array(
          fc.oneof(
            text,
            text.map((token) => `signpost_unlock=${token}`),
          ),
          { maxLength: 3 },
        ),
        async (routeKey, code, rawQuery, given, cookies) => {
          const method = routeKey.startsWith('HEAD') ? 'HEAD' : 'GET';
          check(
            await handler(
              shortEvent(method, `/${code}`, { routeKey, params: { code }, rawQuery, headers: given, cookies }),
            ),
          );
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
