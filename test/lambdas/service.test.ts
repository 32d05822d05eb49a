import type { APIGatewayProxyResult } from 'aws-lambda';
import { scopeFor } from '../../core/accounts/permissions.ts';
import { FAILURES } from '../../core/errors.ts';
import { http } from '../../lambdas/http.ts';
import { STATUS_OF } from '../../lambdas/problem.ts';
import type { Route } from '../../lambdas/routes.ts';
import { ROUTES } from '../../lambdas/routes.ts';
import { serviceHandler } from '../../lambdas/service/handler.ts';
import { openApi } from '../../lambdas/service/openapi.ts';
import { whoMay } from '../../lambdas/service/who-may.ts';
import { APP_ORIGIN, appEvent } from '../fixtures/events.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';
import { CONTEXT, quietLogger } from '../fixtures/quiet-logger.ts';

const get = async (
  resource: string,
  params: Record<string, string> = {},
  dependencies: Record<string, boolean> = { links: true },
) => {
  const handler = http(quietLogger().logger, serviceHandler({ dependencies: () => Promise.resolve(dependencies) }));
  return (await handler(appEvent('GET', resource, { params, identity: null }), CONTEXT)) as APIGatewayProxyResult;
};

/** What a person reads of a page. */
const textOf = (html: string): string =>
  html.replace(/<[^>]+>/g, '').replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));

describe('The service', () => {
  it('says that it lives, and of each dependency whether it answers', async () => {
    expect(parsed(await get('/health'))).toEqual({ status: 'ok' });
    const well = await get('/health/deep');
    expect([well.statusCode, parsed(well)]).toEqual([200, { status: 'ok', dependencies: { links: true } }]);
    const sick = await get('/health/deep', {}, { links: true, counts: false });
    expect([sick.statusCode, parsed(sick)]).toEqual([
      503,
      { status: 'degraded', dependencies: { links: true, counts: false } },
    ]);
  });

  it.each(['/', '/docs'])('has a page at %s, without script', async (path) => {
    const { statusCode, headers, body } = await get(path);
    expect([statusCode, headers?.['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).not.toMatch(/<script|\son\w+=/i);
  });

  it('documents every app route and every error', async () => {
    const { body } = await get('/docs');
    for (const { door, path } of ROUTES) if (door === 'app') expect(body).toContain(path);
    for (const word of Object.keys(FAILURES)) expect(body).toContain(`/docs/errors/${word}`);
  });

  it.each(Object.keys(FAILURES) as (keyof typeof FAILURES)[])(
    'explains %s where problem documents point to',
    async (word) => {
      const { statusCode, body } = await get('/docs/errors/{word}', { word });
      expect(statusCode).toBe(200);
      const text = textOf(body);
      for (const part of [
        word,
        FAILURES[word].title,
        FAILURES[word].sentence.replaceAll('`', ''),
        String(STATUS_OF[word]),
      ])
        expect(text).toContain(part);
    },
  );

  it.each(['NOTHING', '__proto__', 'constructor', 'toString', '<script>', ''])('knows no error %j', async (word) => {
    expect(problemIn(await get('/docs/errors/{word}', { word })).error).toBe('NOT_FOUND');
  });
});

type Operation = {
  readonly operationId: string;
  readonly description: string;
  readonly security: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: unknown }> };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>;
};
type Document = {
  readonly openapi: string;
  readonly servers: unknown;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: object;
};

/** Every `$ref` in a value, however deep. */
const refsIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]) => (name === '$ref' ? [String(inner)] : refsIn(inner)));

describe('The OpenAPI document', () => {
  const document = openApi(APP_ORIGIN) as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const appRoutes = ROUTES.filter(({ door }) => door === 'app');

  it('is served as it is', async () => {
    expect(parsed(await get('/openapi.json'))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: APP_ORIGIN }] });
  });

  it('has exactly the routes of the app door', () => {
    const names = (routes: readonly { method: string; path: string }[]) =>
      routes.map(({ method, path }) => `${method} ${path}`).toSorted((a, b) => a.localeCompare(b));
    expect(names(operations)).toEqual(names(appRoutes));
  });

  it('has only references that lead somewhere', () => {
    for (const ref of refsIn(document)) {
      expect(ref).toMatch(/^#\//);
      const found = ref
        .slice(2)
        .split('/')
        .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document);
      expect([ref, typeof found]).toEqual([ref, 'object']);
    }
  });

  it('names each operation once, each path parameter, and who may', () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { method, path, operation } of operations) {
      const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
      expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
      const route = appRoutes.find((candidate) => candidate.method === method && candidate.path === path);
      const access = route?.access ?? 'public';
      const scope = access === 'public' ? null : scopeFor(access);
      const schemes = [{ bearer: scope === null ? [] : [scope] }, { cookie: [] }];
      expect([path, operation.security]).toEqual([path, access === 'public' ? [] : schemes]);
      expect(operation.description).toContain(whoMay(access));
      if (access !== 'public') expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['401', '403']));
    }
  });

  it.each<readonly [access: Route['access'], who: string]>([
    ['public', 'Anybody.'],
    ['self', 'Whoever is signed in; no API key.'],
    ['users:admin', 'Administrators of this Signpost; no API key.'],
    ['urls:read', 'Every member; API keys with `urls:read`.'],
    ['urls:write', 'Members who are owner, admin, or editor; API keys with `urls:write`.'],
    ['workspace:own', 'The owner; no API key.'],
  ])('tells of %s who may', (access, who) => expect(whoMay(access)).toBe(who));

  it('takes the headers that its answers are about', () => {
    const headersOf = (name: string) => {
      const [method = '', path = ''] = name.split(' ');
      const parameters = document.paths[path]?.[method.toLowerCase()]?.parameters ?? [];
      return parameters.filter((parameter) => parameter.in === 'header').map((parameter) => parameter.name);
    };
    const expected = {
      'GET /v1/urls': ['X-Signpost-Workspace'],
      'POST /v1/urls': ['Idempotency-Key', 'X-Signpost-Workspace', 'X-Signpost-CSRF'],
      'PATCH /v1/urls/{code}': ['If-Match', 'X-Signpost-Workspace', 'X-Signpost-CSRF'],
      'POST /v1/workspaces': ['Idempotency-Key', 'X-Signpost-CSRF'],
      'PATCH /v1/workspaces/{workspace_id}': ['If-Match', 'X-Signpost-CSRF'],
      'POST /v1/workspaces/{workspace_id}/invites': ['Idempotency-Key', 'X-Signpost-CSRF'],
      'POST /v1/api-keys': ['X-Signpost-Workspace', 'X-Signpost-CSRF'],
      'GET /v1/users/me': [],
      'POST /v1/auth/login': [],
      'POST /v1/auth/refresh': ['X-Signpost-CSRF'],
    };
    for (const [name, headers] of Object.entries(expected)) expect([name, headersOf(name)]).toEqual([name, headers]);
  });

  it('describes success and failure of every API operation, failures as problem documents', () => {
    for (const { path, operation } of operations.filter(({ path }) => path.startsWith('/v1/'))) {
      const statuses = Object.keys(operation.responses);
      expect([
        path,
        statuses.some((status) => status.startsWith('2')),
        statuses.some((status) => status.startsWith('4')),
      ]).toEqual([path, true, true]);
      for (const [status, { content }] of Object.entries(operation.responses))
        if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json']);
    }
  });

  it('says the same of an alias path as of the path it stands for', () => {
    for (const { method, path, aliasOf } of appRoutes.filter((route) => route.aliasOf !== undefined)) {
      const of = (at: string) => document.paths[at]?.[method.toLowerCase()];
      expect(of(path)?.requestBody).toEqual(of(aliasOf ?? '')?.requestBody);
      expect(of(path)?.responses).toEqual(of(aliasOf ?? '')?.responses);
    }
  });
});
