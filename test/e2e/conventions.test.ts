import { randomBytes, randomUUID } from 'node:crypto';
import { newApiKey } from '../../core/accounts/api-key.ts';
import { SCOPES } from '../../core/accounts/permissions.ts';
import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import { ROUTES } from '../../lambdas/routes.ts';
import { problemIn, refusal } from './problem.ts';
import { type Answer, type Product, startProduct } from './product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const TARGET = 'https://example.com/';
const create = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  product.api('/v1/urls', { body, headers });
const linkCount = async (tag: string): Promise<number> =>
  (await product.api(`/v1/urls?limit=100&tag=${tag}`)).json<{ data: unknown[] }>().data.length;

const guarded = ROUTES.filter(({ door, access }) => door === 'app' && access !== 'public').map(
  ({ method, path, access }) => ({ method, path: path.replace('{code}', 'some-code'), access }),
);
/** Routes of a key's daily work; who may do what on all others is told by `authorization.test.ts`. */
const ofLinks = guarded.filter(({ access }) => SCOPES.some((scope) => scope === access));

describe('credentials', () => {
  test.each(guarded)('$method $path wants a key', async ({ method, path }) => {
    const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
    for (const key of [null, 'nonsense', newApiKey(randomBytes)]) {
      const refused = await product.api(path, { method, body, key });
      expect(refusal(refused)).toEqual([401, 'UNAUTHENTICATED']);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test.each(ofLinks)(
    '$method $path wants the scope $access, and all others are not enough',
    async ({ method, path, access }) => {
      const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
      const key = await product.keyWith(SCOPES.filter((scope) => scope !== access));
      const refused = await product.api(path, { method, body, key });
      expect(refusal(refused)).toEqual([403, 'FORBIDDEN']);
      expect(problemIn(refused)['required_scope']).toBe(access);
      const allowed = await product.api(path, {
        method,
        body,
        key: await product.keyWith(SCOPES.filter((scope) => scope === access)),
      });
      expect([401, 403]).not.toContain(allowed.status);
    },
  );

  test.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'bearer x y', `Bearer ${'x'.repeat(5_000)}`])(
    'Authorization: %.20s opens nothing',
    async (authorization) => {
      expect(refusal(await product.api('/v1/urls', { key: null, headers: { authorization } }))).toEqual([
        401,
        'UNAUTHENTICATED',
      ]);
    },
  );
});

describe('bodies', () => {
  test.each<[body: string, type: string, status: number, word: string]>([
    ['{"original_url":', 'application/json', 400, 'INVALID_JSON'],
    ['', 'application/json', 400, 'INVALID_JSON'],
    ["{'original_url': 1}", 'application/json', 400, 'INVALID_JSON'],
    ['{"tags":["\\ud800"]}', 'application/json', 400, 'INVALID_JSON'],
    ['{"\\uDFFF":1}', 'application/json', 400, 'INVALID_JSON'],
    ['[]', 'application/json', 400, 'VALIDATION_FAILED'],
    ['null', 'application/json', 400, 'VALIDATION_FAILED'],
    ['"text"', 'application/json', 400, 'VALIDATION_FAILED'],
    ['[['.repeat(50_000), 'application/json', 400, 'INVALID_JSON'],
    [`{"max_clicks":1${'0'.repeat(400)}}`, 'application/json', 400, 'VALIDATION_FAILED'],
    ['{}', 'text/plain', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['original_url=x', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['{}', 'application/jsonp', 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('%.30s as %s is %i %s', async (body, type, status, word) => {
    expect(refusal(await product.api('/v1/urls', { method: 'POST', body, headers: { 'content-type': type } }))).toEqual(
      [status, word],
    );
  });

  test('JSON in another writing of its media type is taken', async () => {
    expect((await create({ original_url: TARGET }, { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(
      201,
    );
  });

  test('a character written as two escapes is one character', async () => {
    const created = await create(`{"original_url":"${TARGET}","title":"\\ud83d\\udca5"}`);
    expect([created.status, created.json<LinkAnswer>().title]).toEqual([201, '💥']);
  });

  test('256 KB are read, and one byte more is 413', async () => {
    const frame = JSON.stringify({ original_url: TARGET, title: '' });
    const filled = (bytes: number): string => `${frame}${' '.repeat(bytes - frame.length)}`;
    expect((await create(filled(256 * 1024))).status).toBe(201);
    expect(refusal(await create(filled(256 * 1024 + 1)))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  test('a body over the gateway’s own limit is 413 in the same words', async () => {
    expect(refusal(await create(`"${'x'.repeat(10 * 1024 * 1024)}"`))).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });
});

describe('Idempotency-Key', () => {
  test('the same key and body get the first status, headers and body again, and one link is made', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { original_url: TARGET, tags: ['once'] };
    const first = await create(body, key);
    const again = await create(body, key);
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    for (const name of ['location', 'etag', 'content-type'])
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(await linkCount('once')).toBe(1);
  });

  test('the same key with another body is 422', async () => {
    const key = { 'idempotency-key': randomUUID() };
    await create({ original_url: TARGET }, key);
    expect(refusal(await create({ original_url: 'https://example.org/' }, key))).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
  });

  test('of many at once one creates; the others get its answer or 409 with Retry-After', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => create({ original_url: TARGET, tags: ['raced'] }, key)),
    );
    const created = answers.filter(({ status }) => status === 201);
    expect(new Set(created.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(refusal(answer)).toEqual([409, 'IDEMPOTENCY_IN_PROGRESS']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(await linkCount('raced')).toBe(1);
  });

  test('a refusal is not kept: the same key may be used with what is right', async () => {
    const key = { 'idempotency-key': randomUUID() };
    expect(refusal(await create('{', key))).toEqual([400, 'INVALID_JSON']);
    expect((await create({ original_url: TARGET }, key)).status).toBe(201);
  });

  test('is the workspace’s own', async () => {
    const headers = { 'idempotency-key': 'shared' };
    const ours = await create({ original_url: TARGET }, headers);
    const theirs = await product.api('/v1/urls', { body: { original_url: TARGET }, headers, key: product.freeKey });
    expect(theirs.json<LinkAnswer>().short_code).not.toBe(ours.json<LinkAnswer>().short_code);
  });

  test('replays a bulk answer as well', async () => {
    const call = {
      body: { urls: [{ original_url: TARGET, tags: ['bulk-once'] }] },
      headers: { 'idempotency-key': randomUUID() },
    };
    const first = await product.api('/v1/urls/bulk', call);
    expect((await product.api('/v1/urls/bulk', call)).text).toBe(first.text);
    expect(await linkCount('bulk-once')).toBe(1);
  });

  test('has 1 to 255 characters', async () => {
    expect((await create({ original_url: TARGET }, { 'idempotency-key': 'k'.repeat(255) })).status).toBe(201);
    for (const key of ['', 'k'.repeat(256)]) {
      const refused = await create({ original_url: TARGET }, { 'idempotency-key': key });
      expect(refusal(refused)).toEqual([400, 'VALIDATION_FAILED']);
      expect(problemIn(refused).errors?.[0]?.path).toBe('Idempotency-Key');
    }
  });
});

describe('the rate limit of the free plan', () => {
  const free = (body: unknown): Promise<Answer> => product.api('/v1/urls', { body, key: product.freeKey });
  const limitOf = ({ headers }: Answer): { remaining: number; resetS: number } => {
    const [, remaining, resetS] =
      /^"creates";r=(\d+);t=(\d+), "links";r=\d+;t=\d+$/.exec(headers.get('ratelimit') ?? '') ?? [];
    return { remaining: Number(remaining), resetS: Number(resetS) };
  };

  test('ten creates pass, the eleventh is 429 and says when to come back; reading goes on', async () => {
    const { remaining } = limitOf(await product.api('/v1/urls', { key: product.freeKey }));
    for (let left = remaining; left > 0; left -= 1) {
      const created = await free({ original_url: TARGET });
      expect([created.status, limitOf(created).remaining]).toEqual([201, left - 1]);
      expect(created.headers.get('ratelimit-policy')).toBe('"creates";q=10;w=60, "links";q=1000;w=2592000');
    }
    const refused = await free({ original_url: TARGET });
    expect(refusal(refused)).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    const { message, retry_after, rate_limit } = problemIn(refused);
    expect(message).toBe('Max 10 URLs per minute');
    expect(rate_limit).toEqual({
      name: 'creates',
      limit: 10,
      remaining: 0,
      reset_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(retry_after).toBeGreaterThanOrEqual(1);
    expect(retry_after).toBeLessThanOrEqual(60);
    expect(refused.headers.get('retry-after')).toBe(String(retry_after));
    expect(limitOf(refused)).toEqual({ remaining: 0, resetS: retry_after });

    const bulk = await product.api('/v1/urls/bulk', {
      body: { urls: [{ original_url: TARGET }] },
      key: product.freeKey,
    });
    expect(refusal(bulk)).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect((await product.api('/v1/urls', { key: product.freeKey })).status).toBe(200);
    expect((await create({ original_url: TARGET })).status).toBe(201);
  });

  test.each(ofLinks)('$method $path tells what is left', async ({ method, path }) => {
    const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
    const { headers } = await product.api(path, { method, body });
    expect(headers.get('ratelimit-policy')).toBe('"creates";q=1000000;w=60');
    expect(headers.get('ratelimit')).toMatch(/^"creates";r=\d+;t=\d+$/);
  });
});

/** One answer of each class: who made it, and what it is. */
describe('every answer', () => {
  const CLASSES: readonly [claim: string, status: number, ask: (on: Product) => Promise<Answer>][] = [
    ['a link', 200, (on) => on.api('/v1/urls?limit=1')],
    ['a created link', 201, () => create({ original_url: TARGET })],
    ['a refusal of a function', 400, () => create({})],
    ['a link that is not there', 404, (on) => on.api('/v1/urls/nothing')],
    ['a 401 of the gateway', 401, (on) => on.api('/v1/urls', { key: null })],
    ['a 403', 403, async (on) => on.api('/v1/urls', { key: await on.keyWith([]) })],
    ['a 404 of the gateway', 404, (on) => on.api('/nowhere')],
    ['a method nobody answers', 404, (on) => on.api('/v1/urls', { method: 'PUT', body: {} })],
    ['a 413 of the gateway', 413, () => create('x'.repeat(11 * 1024 * 1024))],
    ['health', 200, (on) => on.api('/health', { key: null })],
    ['the OpenAPI document', 200, (on) => on.api('/openapi.json', { key: null })],
    ['the documentation', 200, (on) => on.api('/docs', { key: null })],
    ['the home page', 200, (on) => on.api('/', { key: null })],
    ['the bare short domain', 200, (on) => on.visit('/')],
    ['a redirect', 302, (on) => on.visit('/always')],
    ['a look', 302, (on) => on.visit('/always', { method: 'HEAD' })],
    ['a preview', 200, (on) => on.visit('/always+')],
    ['a refused visit', 404, (on) => on.visit('/nothing')],
    ['a refused program', 404, (on) => on.visit('/nothing', { headers: { accept: 'application/json' } })],
    ['a deeper path', 404, (on) => on.visit('/a/b/c')],
    ['a path that is not UTF-8', 404, (on) => on.visit('/%E0%A4%A')],
    ['a method visitors have not', 405, (on) => on.visit('/always', { method: 'DELETE' })],
    ['health of the short domain', 200, (on) => on.visit('/health')],
    [
      'a failed unlock',
      415,
      (on) =>
        on.visit('/v1/urls/always/unlock', { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
    ],
  ];

  beforeAll(() => create({ original_url: TARGET, custom_alias: 'always' }));

  test.each(CLASSES)('%s (%i) carries a request id and the security headers', async (_claim, status, ask) => {
    const { status: answered, headers } = await ask(product);
    expect(answered).toBe(status);
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{16,}$/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const [, maxAgeS] = /^max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '') ?? [];
    expect(Number(maxAgeS)).toBeGreaterThanOrEqual(31_536_000);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|strict-origin-when-cross-origin)$/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect([headers.get('server'), headers.get('x-powered-by')]).toEqual([null, null]);
    if (!headers.get('cache-control')?.startsWith('public')) expect(headers.get('cache-control')).toContain('no-store');
  });

  test('has a request id of its own', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await product.visit('/always')).headers.get('x-request-id')),
    );
    expect(new Set(ids).size).toBe(20);
  });
});
