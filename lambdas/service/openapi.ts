import * as z from 'zod/mini';
import { isAboutWorkspace, scopeFor } from '../../core/accounts/permissions.ts';
import type { FailureWord } from '../../core/errors.ts';
import { FAILURES } from '../../core/errors.ts';
import { isUnsafe } from '../http.ts';
import { linkAnswer } from '../links/schemas.ts';
import { STATUS_OF } from '../problem.ts';
import type { Route } from '../routes.ts';
import { ROUTES } from '../routes.ts';
import { ACCESS_COOKIE } from '../session-cookies.ts';
import { parametersOf } from './openapi-parameters.ts';
import type { EventSchemas, FileSchema, Operation, RowSchema } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { groupOf, ROUTE_GROUPS } from './route-groups.ts';
import { whoMay } from './who-may.ts';

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'error', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    error: { type: 'string', enum: Object.keys(FAILURES) },
    request_id: { type: 'string' },
  },
};

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (`sp_…`), or the access token of `POST /v1/auth/login`.',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: ACCESS_COOKIE,
    description: 'Set by `POST /v1/auth/login`. What changes something then needs the header `X-Signpost-CSRF: 1`.',
  },
};

/** The OpenAPI 3.1 document of the app domain, from the route table and the validators themselves. */
export function openApi(origin: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of ROUTES.filter(({ door }) => door === 'app')) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Signpost', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: origin }],
    tags: ROUTE_GROUPS.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: { Problem: problemSchema, Link: z.toJSONSchema(linkAnswer) },
    },
  };
}

function operation(route: Route) {
  const { method, path, aliasOf, summary, access } = route;
  const known = OPERATIONS[`${method} ${aliasOf ?? path}`];
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-zA-Z0-9]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase())}`,
    summary,
    tags: [groupOf(route)],
    description: aliasOf === undefined ? whoMay(access) : `Same as ${aliasOf}. ${whoMay(access)}`,
    security: security(access),
    parameters: parametersOf(route, known),
    ...(known?.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: z.toJSONSchema(known.body) } } } }),
    responses: responses(route, known),
  };
}

/** OpenAPI 3.1: the scope a key needs may stand beside the scheme. */
function security(access: Route['access']): readonly object[] {
  if (access === 'public') return [];
  const scope = scopeFor(access);
  return [{ bearer: scope === null ? [] : [scope] }, { cookie: [] }];
}

function responses(route: Route, known: Operation | undefined): Record<string, unknown> {
  const { summary } = route;
  const failures = new Set([...(known?.failures ?? []), ...failuresOfAccess(route)]);
  const byStatus = Map.groupBy(failures, (word) => STATUS_OF[word]);
  return {
    ...Object.fromEntries(
      Object.entries(known?.success ?? {}).map(([status, shape]) => [
        status,
        { description: summary, ...contentOf(shape) },
      ]),
    ),
    ...Object.fromEntries([...byStatus].map(([status, words]) => [status, problemResponse(words.join(', '))])),
    default: problemResponse('Any other problem'),
  };
}

/** What the wrapper of every handler answers before it is asked. */
function failuresOfAccess({ method, access }: Route): readonly FailureWord[] {
  if (access === 'public') return [];
  return [
    'UNAUTHENTICATED',
    'FORBIDDEN',
    ...(isUnsafe(method) ? (['CSRF_HEADER_REQUIRED'] as const) : []),
    ...(isAboutWorkspace(access) ? (['WORKSPACE_NOT_FOUND'] as const) : []),
  ];
}

function contentOf(shape: Operation['success'][number]): object {
  if (shape === 'empty') return {};
  if (shape === 'page') return { content: { 'text/html; charset=utf-8': { schema: { type: 'string' } } } };
  if ('events' in shape) return eventStreamOf(shape);
  if ('rows' in shape) return rowStreamOf(shape);
  if ('files' in shape) return fileOf(shape);
  return { content: { 'application/json': { schema: z.toJSONSchema(shape) } } };
}

/** OpenAPI 3.1 has no words for events: what `data` is of each kind stands in an extension. */
const eventStreamOf = ({ events }: EventSchemas): object => ({
  content: {
    'text/event-stream; charset=utf-8': {
      schema: { type: 'string' },
      'x-events': Object.fromEntries(Object.entries(events).map(([name, data]) => [name, z.toJSONSchema(data)])),
    },
  },
});

/** Nor for lines. */
const rowStreamOf = ({ rows, mediaTypes }: RowSchema): object => ({
  content: Object.fromEntries(
    mediaTypes.map((mediaType) => [mediaType, { schema: { type: 'string' }, 'x-row': z.toJSONSchema(rows) }]),
  ),
});

const fileOf = ({ files, json }: FileSchema): object => ({
  content: {
    ...(json === undefined ? {} : { 'application/json': { schema: z.toJSONSchema(json) } }),
    ...Object.fromEntries(files.map((mediaType) => [mediaType, { schema: { type: 'string', format: 'binary' } }])),
  },
});

const problemResponse = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
