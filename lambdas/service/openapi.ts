import * as z from 'zod/mini';
import type { FailureWord } from '../../core/errors.ts';
import { FAILURES } from '../../core/errors.ts';
import { linkAnswer } from '../links/schemas.ts';
import { STATUS_OF } from '../problem.ts';
import type { Route } from '../routes.ts';
import { ROUTES } from '../routes.ts';
import type { Operation } from './operations.ts';
import { OPERATIONS } from './operations.ts';
import { groupOf, ROUTE_GROUPS } from './route-groups.ts';

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
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API key (`sp_…`).' } },
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
    ...(aliasOf === undefined ? {} : { description: `Same as ${aliasOf}.` }),
    security: access === 'public' ? [] : [{ bearer: [] }],
    parameters: parameters(route, known),
    ...(known?.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: z.toJSONSchema(known.body) } } } }),
    responses: responses(route, known),
  };
}

function parameters({ method, path, access }: Route, known: Operation | undefined): readonly unknown[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = known?.query === undefined ? {} : (z.toJSONSchema(known.query).properties ?? {});
  const inQuery = Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema }));
  const idempotent = method === 'POST' && access !== 'public';
  return [
    ...inPath,
    ...inQuery,
    ...(idempotent ? [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 255 } }] : []),
    ...(method === 'PATCH' || method === 'DELETE'
      ? [{ name: 'If-Match', in: 'header', schema: { type: 'string' } }]
      : []),
  ];
}

function responses({ access, summary }: Route, known: Operation | undefined): Record<string, unknown> {
  const failures: readonly FailureWord[] = [
    ...(known?.failures ?? []),
    ...(access === 'public' ? [] : (['UNAUTHENTICATED', 'FORBIDDEN'] as const)),
  ];
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

function contentOf(shape: Operation['success'][number]): object {
  if (shape === 'empty') return {};
  if (shape === 'page') return { content: { 'text/html; charset=utf-8': { schema: { type: 'string' } } } };
  return { content: { 'application/json': { schema: z.toJSONSchema(shape) } } };
}

const problemResponse = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
