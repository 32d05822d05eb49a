import { z } from 'zod';
import { FAILURES } from '../../core/errors.ts';
import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import { STATUS_OF } from '../../lambdas/problem.ts';
import { ROUTES } from '../../lambdas/routes.ts';
import { cookiesIn, newEmail, newPassword, open, signIn, tokenMailedTo } from './people.ts';
import { type Answer, type Call, type Product, startProduct } from './product.ts';
import { everyRouteCalled } from './route-calls.ts';

type Schema = Readonly<Record<string, unknown>>;
type Content = Readonly<
  Record<
    string,
    { readonly schema: Schema; readonly 'x-events'?: Readonly<Record<string, Schema>>; readonly 'x-row'?: Schema }
  >
>;
type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
};
type OpenApi = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

let product: Product;
let document: OpenApi;
beforeAll(async () => {
  product = await startProduct();
  document = (await product.api('/openapi.json', { key: null })).json<OpenApi>();
});
afterAll(() => product.close());

const TARGET = 'https://example.com/';
const EVENT = { event_id: 'a', type: 'purchase', properties: { amount: 100, currency: 'EUR' } };
const operations = (): readonly (Operation & { readonly path: string; readonly method: string })[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
  );

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1 about this very server, and names every route of the app domain', () => {
    expect(document).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./), servers: [{ url: product.app }] });
    const named = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const routes = ROUTES.filter(({ door }) => door === 'app').map(({ method, path }) => `${method} ${path}`);
    expect(named.toSorted()).toEqual(routes.toSorted());
  });

  test('has unique operation ids, each path parameter declared, a description for each response', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, parameters, responses, operationId } of operations()) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect([operationId, inPath.map(({ name }) => `{${name}}`)]).toEqual([operationId, path.match(/\{\w+\}/g) ?? []]);
      expect(inPath.every(({ required }) => required === true)).toBe(true);
      expect(Object.values(responses).every(({ description }) => description !== '')).toBe(true);
      expect(Object.keys(responses).every((status) => /^([2-5]\d\d|default)$/.test(status))).toBe(true);
    }
  });

  test('has only references that lead somewhere, and only schemas that are JSON Schema', () => {
    const text = JSON.stringify(document);
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name);
    }
    expect(text.match(/"\$ref":"(?!#\/components\/schemas\/)/)).toBeNull();
    for (const { requestBody, responses } of operations()) {
      const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)];
      for (const content of contents) {
        for (const { schema } of Object.values(content ?? {})) expect(() => validatorOf(schema)).not.toThrow();
      }
    }
  });
});

/** References are resolved by hand: ours are whole schemas only. */
function validatorOf(schema: Schema): z.ZodType {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(String(schema['$ref']))?.[1];
  const resolved = name === undefined ? schema : document.components.schemas[name];
  return z.fromJSONSchema(resolved as Parameters<typeof z.fromJSONSchema>[0]);
}

/** Operations that were seen to answer as the document says. */
const documented = new Set<string>();

/** Fails unless the document knows this status of this operation, and the body is what it says. */
function expectDocumented(method: string, path: string, answer: Answer): void {
  const response = document.paths[path]?.[method.toLowerCase()]?.responses[answer.status];
  expect([method, path, answer.status, response === undefined ? answer.text : 'known']).toEqual([
    method,
    path,
    answer.status,
    'known',
  ]);
  documented.add(`${method} ${path}`);
  const type = answer.headers.get('content-type') ?? '';
  if (answer.text === '' || type.startsWith('text/html')) return;
  const content = response?.content?.[type];
  const isStream = type.startsWith('text/event-stream');
  if (content?.['x-row'] !== undefined) return expectRows(answer, content['x-row']);
  const event = /^event: (.*)$/m.exec(answer.text)?.[1] ?? '';
  const schema = isStream ? content?.['x-events']?.[event] : content?.schema;
  if (schema === undefined) throw new Error(`${method} ${path} ${answer.status}: ${type} is not documented.`);
  if (schema['format'] === 'binary') return;
  const { error } = validatorOf(schema).safeParse(
    isStream ? JSON.parse(/^data: (.*)$/m.exec(answer.text)?.[1] ?? '') : answer.json(),
  );
  expect([method, path, answer.status, error?.issues ?? []]).toEqual([method, path, answer.status, []]);
}

/** Fails unless each line is what the document says; CSV begins with the names of its members. */
function expectRows({ text, headers }: Answer, row: Schema): void {
  if (headers.get('content-type')?.startsWith('text/csv') === true) {
    const names = Object.keys(row['properties'] as object);
    expect(text.split('\r\n')[0]).toBe(names.map((name) => `"${name}"`).join(','));
    return;
  }
  for (const line of text.trim().split('\n'))
    expect(validatorOf(row).safeParse(JSON.parse(line)).error).toBeUndefined();
}

describe('live answers are what the document says', () => {
  const body = { original_url: TARGET };
  const all = { ...body, expires_at: '2040-01-01T00:00:00Z', max_clicks: 5, title: 't', tags: ['a'], external_id: 'e' };
  const cases: readonly [method: string, path: string, status: number, url: string, call: Call][] = [
    ['POST', '/v1/urls', 201, '/v1/urls', { body: { ...all, custom_alias: 'documented', password: 'secret' } }],
    ['POST', '/v1/urls', 200, '/v1/urls', { body: { original_url: 'https://example.com/1st', if_exists: 'return' } }],
    ['POST', '/v1/urls', 400, '/v1/urls', { body: {} }],
    ['POST', '/v1/urls', 409, '/v1/urls', { body: { ...body, custom_alias: 'documented' } }],
    ['POST', '/v1/urls', 413, '/v1/urls', { body: 'x'.repeat(300_000) }],
    ['POST', '/v1/urls', 415, '/v1/urls', { body: 'x', headers: { 'content-type': 'text/plain' } }],
    ['POST', '/v1/urls', 401, '/v1/urls', { body, key: null }],
    ['POST', '/url/shorten', 201, '/url/shorten', { body }],
    ['GET', '/v1/urls', 200, '/v1/urls?limit=2', {}],
    ['GET', '/v1/urls', 400, '/v1/urls?limit=x', {}],
    ['POST', '/v1/urls/bulk', 201, '/v1/urls/bulk', { body: { urls: [body, { original_url: 'x' }], mode: 'partial' } }],
    ['POST', '/v1/urls/bulk', 400, '/v1/urls/bulk', { body: { urls: [{ original_url: 'x' }] } }],
    ['GET', '/v1/urls/{code}', 200, '/v1/urls/documented', {}],
    ['GET', '/v1/urls/{code}', 404, '/v1/urls/nothing', {}],
    ['GET', '/v1/urls/{code}/stats', 200, '/v1/urls/documented/stats', {}],
    ['GET', '/v1/urls/{code}/stats', 400, '/v1/urls/documented/stats?days=x', {}],
    ['GET', '/v1/analytics/summary', 200, '/v1/analytics/summary?compare=previous&timezone=Asia/Kolkata', {}],
    ['GET', '/v1/analytics/summary', 200, '/v1/analytics/summary?short_code=documented&country=DE', {}],
    ['GET', '/v1/analytics/summary', 304, '/v1/analytics/summary', { headers: { 'if-none-match': '*' } }],
    ['GET', '/v1/analytics/summary', 400, '/v1/analytics/summary?interval=x', {}],
    ['GET', '/v1/analytics/summary', 404, '/v1/analytics/summary?short_code=nothing', {}],
    ['GET', '/v1/analytics/summary', 422, '/v1/analytics/summary?country=DE&device=tv&answered_by=counters', {}],
    ['GET', '/v1/analytics/timeseries', 200, '/v1/analytics/timeseries?interval=24h', {}],
    ['GET', '/v1/analytics/breakdown', 200, '/v1/analytics/breakdown?by=browser', {}],
    ['GET', '/v1/clicks/export', 200, '/v1/clicks/export?interval=24h', {}],
    ['GET', '/v1/clicks/export', 400, '/v1/clicks/export?interval=90d', {}],
    ['GET', '/v1/clicks/export', 404, '/v1/clicks/export?short_code=nothing', {}],
    ['POST', '/v1/analytics/track', 201, '/v1/analytics/track', { body: EVENT }],
    ['POST', '/v1/analytics/track', 400, '/v1/analytics/track', { body: { ...EVENT, type: 'sale' } }],
    [
      'POST',
      '/v1/analytics/track',
      404,
      '/v1/analytics/track',
      { body: { ...EVENT, event_id: 'b', short_code: 'none' } },
    ],
    [
      'POST',
      '/v1/analytics/track',
      422,
      '/v1/analytics/track',
      { body: { ...EVENT, type: 'sign_up', properties: {} } },
    ],
    ['GET', '/v1/analytics/events', 200, '/v1/analytics/events?type=purchase', {}],
    ['GET', '/v1/analytics/live', 200, '/v1/analytics/live', {}],
    ['GET', '/v1/analytics/live', 400, '/v1/analytics/live', { headers: { 'last-event-id': 'x' } }],
    ['GET', '/v1/urls/{code}/clicks/live', 200, '/v1/urls/documented/clicks/live', {}],
    ['GET', '/v1/urls/{code}/clicks/live', 404, '/v1/urls/nothing/clicks/live', {}],
    ['GET', '/analytics/summary', 200, '/analytics/summary', {}],
    ['GET', '/analytics/dashboard', 200, '/analytics/dashboard?tag=a', {}],
    ['PATCH', '/v1/urls/{code}', 200, '/v1/urls/documented', { method: 'PATCH', body: { title: 'u' } }],
    [
      'PATCH',
      '/v1/urls/{code}',
      412,
      '/v1/urls/documented',
      { method: 'PATCH', body: {}, headers: { 'if-match': '"9"' } },
    ],
    ['POST', '/v1/urls/{code}/unlock', 200, '/v1/urls/documented/unlock', { body: { password: 'secret' } }],
    ['POST', '/v1/urls/{code}/unlock', 401, '/v1/urls/documented/unlock', { body: { password: 'wrong' } }],
    ['POST', '/v1/urls/{code}/unlock', 404, '/v1/urls/nothing/unlock', { body: { password: 'wrong' } }],
    ['POST', '/v1/urls/{code}/unlock', 413, '/v1/urls/x/unlock', { body: { password: 'x'.repeat(9_000) } }],
    ['DELETE', '/v1/urls/{code}', 412, '/v1/urls/documented', { method: 'DELETE', headers: { 'if-match': '"9"' } }],
    ['DELETE', '/v1/urls/{code}', 204, '/v1/urls/documented', { method: 'DELETE' }],
    ['GET', '/', 200, '/', { key: null }],
    ['GET', '/health', 200, '/health', { key: null }],
    ['HEAD', '/health', 200, '/health', { method: 'HEAD', key: null }],
    ['GET', '/health/deep', 200, '/health/deep', { key: null }],
    ['GET', '/openapi.json', 200, '/openapi.json', { key: null }],
    ['GET', '/docs', 200, '/docs', { key: null }],
    ['GET', '/docs/errors/{word}', 200, '/docs/errors/ALIAS_TAKEN', { key: null }],
    ['GET', '/docs/errors/{word}', 404, '/docs/errors/NOTHING', { key: null }],
  ];

  beforeAll(() => product.api('/v1/urls', { body: { original_url: 'https://example.com/1st', if_exists: 'return' } }));

  test.each(cases)('%s %s %i', async (method, path, status, url, call) => {
    const answer = await product.api(url, call);
    expect(answer.status).toBe(status);
    expectDocumented(method, path, answer);
  });

  test('of every guarded route, to somebody who may', async () => {
    for await (const { route, ok, answer } of everyRouteCalled(product)) {
      const [method = '', path = ''] = route.split(' ');
      expect([route, answer.status]).toEqual([route, ok]);
      expectDocumented(method, path, answer);
    }
  }, 120_000);

  test('of signing up, signing in and what mails lead to', async () => {
    const [email, moved] = [newEmail('documented'), newEmail('moved')];
    const [password, next] = [newPassword(), newPassword()];
    const post = async (path: string, body: unknown, status: number, headers = {}) => {
      const answer = await open(product, path, body, headers);
      expect([path, answer.status]).toEqual([path, status]);
      expectDocumented('POST', path, answer);
      return answer;
    };
    await post('/v1/auth/register', { email, password, name: 'Documented' }, 201);
    await post('/v1/auth/register', { email, password: 'short', name: 'Documented' }, 400);
    await post('/v1/auth/verify-email', { token: await tokenMailedTo(product, email) }, 200);
    await post('/v1/auth/verify-email', { token: 'x' }, 400);
    for (const path of ['/v1/auth/login', '/auth/login', '/users/authenticate'])
      await post(path, { email, password }, 200);
    await post('/v1/auth/login', { email, password: next }, 401);
    const signedIn = await signIn(product, email, password);
    const key = signedIn.json<{ access_token: string }>().access_token;
    await product.api('/v1/auth/email/change', { body: { email: moved, password }, key });
    await post('/v1/auth/email/confirm', { token: await tokenMailedTo(product, moved) }, 200);
    await post('/v1/auth/password/forgot', { email: moved }, 202);
    await post('/v1/auth/password/reset', { token: await tokenMailedTo(product, moved, 2), password: next }, 204);
    const cookie = { cookie: cookiesIn(await signIn(product, moved, next)), 'x-signpost-csrf': '1' };
    const refreshed = await post('/v1/auth/refresh', {}, 200, cookie);
    await post('/v1/auth/refresh', {}, 401);
    await post('/v1/auth/logout', {}, 204, { ...cookie, cookie: cookiesIn(refreshed) });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const submitted = await product.api('/account/verify-email', { body: 'token=x', key: null, headers: form });
    expectDocumented('POST', '/account/{page}', submitted);
    for (const [url, path] of [
      ['/account/verify-email?token=x', '/account/{page}'],
      ['/.well-known/jwks.json', '/.well-known/jwks.json'],
    ] as const)
      expectDocumented('GET', path, await product.api(url, { key: null }));
  });

  test('every operation is among them', () => {
    const untried = ROUTES.filter(({ door, method, path }) => door === 'app' && !documented.has(`${method} ${path}`));
    expect(untried.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  test('a request the document calls valid is taken, one it calls invalid is not', async () => {
    const content = document.paths['/v1/urls']?.['post']?.requestBody?.content['application/json'];
    const validator = validatorOf(content?.schema ?? {});
    for (const [candidate, valid] of [
      [{ original_url: TARGET, tags: ['a'], redirect_status: 308 }, true],
      [{ original_url: TARGET, redirect_status: 303 }, false],
      [{ original_url: TARGET, owner: 1 }, false],
      [{ original_url: TARGET, tags: Array.from({ length: 21 }, String) }, false],
      [{}, false],
    ] as const) {
      expect(validator.safeParse(candidate).success).toBe(valid);
      expect((await product.api('/v1/urls', { body: candidate })).status).toBe(valid ? 201 : 400);
    }
  });
});

describe('the documentation', () => {
  test.each(Object.keys(FAILURES))('%s has a page on both doors, where problems’ type leads', async (word) => {
    for (const ask of [product.api, product.visit]) {
      const { status, headers, text } = await ask(`/docs/errors/${word}`, { key: null });
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toContain(word);
      expect(text).toContain(String(STATUS_OF[word as keyof typeof FAILURES]));
    }
  });

  test('type of a live problem resolves, whoever made it', async () => {
    const problems = [
      await product.api('/v1/urls', { body: {} }),
      await product.api('/v1/urls', { key: null }),
      await product.api('/nowhere'),
      await product.visit('/nothing', { headers: { accept: 'application/json' } }),
    ];
    for (const problem of problems) {
      const page = await fetch(problem.json<{ type: string }>().type);
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      await page.body?.cancel();
    }
  });

  test('names every route and every error, without script or anything from elsewhere', async () => {
    const { text } = await product.api('/docs', { key: null });
    for (const { door, path } of ROUTES) if (door === 'app') expect(text).toContain(path.replaceAll('&', '&amp;'));
    for (const word of Object.keys(FAILURES)) expect(text).toContain(`href="/docs/errors/${word}"`);
    expect(text).not.toMatch(/<script|\son\w+=|src=|@import|url\(/i);
  });

  test('has no link that leads nowhere', async () => {
    for (const [ask, start] of [
      [product.api, '/'],
      [product.api, '/docs'],
      [product.visit, '/'],
    ] as const) {
      const { text } = await ask(start, { key: null });
      const local = [...text.matchAll(/href="(\/[^"]*)"/g)].map(([, href = '']) => href);
      for (const href of new Set(local)) expect([href, (await ask(href, { key: null })).status]).toEqual([href, 200]);
    }
  });
});

describe('health', () => {
  test.each(['api', 'visit'] as const)('is alive and names each dependency, no secrets (%s)', async (door) => {
    const live = await product[door]('/health', { key: null });
    expect([live.status, live.json()]).toEqual([200, { status: 'ok' }]);
    const looked = await product[door]('/health', { method: 'HEAD', key: null });
    expect([looked.status, looked.text]).toEqual([200, '']);
    const deep = await product[door]('/health/deep', { key: null });
    const { status, dependencies } = deep.json<{ status: string; dependencies: Record<string, boolean> }>();
    expect([deep.status, status, Object.values(dependencies).every(Boolean)]).toEqual([200, 'ok', true]);
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['links', 'clicks']));
    expect(deep.text).not.toMatch(/arn:|amazonaws|:\/\/|secret/i);
  });
});

test('an answer names the doors as they really are', async () => {
  const link = (await product.api('/v1/urls', { body: { original_url: TARGET } })).json<LinkAnswer>();
  expect(link.short_url.startsWith(`${product.short}/`)).toBe(true);
});
