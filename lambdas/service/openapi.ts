import * as z from 'zod/mini';
import type { FailureWord } from '../../core/errors.ts';
import { FAILURES } from '../../core/errors.ts';
import { bulkAnswer, bulkBody, changeBody, createBody, linkAnswer, listAnswer, listQuery } from '../links/schemas.ts';
import { STATUS_OF } from '../problem.ts';
import type { Route } from '../routes.ts';
import { ROUTES } from '../routes.ts';
import { statsAnswer } from '../stats/handler.ts';
import { unlockAnswer, unlockBody } from '../unlock/handler.ts';

type Operation = {
  readonly body?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  /** Status and schema of success; a schema of null is an empty or non-JSON answer. */
  readonly success: readonly [number, z.ZodMiniType | null];
  readonly failures: readonly FailureWord[];
};

const CREATE_FAILURES = [
  'VALIDATION_FAILED',
  'INVALID_JSON',
  'INVALID_URL',
  'URL_BLOCKED',
  'INVALID_ALIAS',
  'ALIAS_TAKEN',
  'IDEMPOTENCY_IN_PROGRESS',
  'IDEMPOTENCY_MISMATCH',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMIT_EXCEEDED',
] as const;

/** What the route table does not say: the shapes of each operation, by the very schemas that check them. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /v1/urls': { body: createBody, success: [201, linkAnswer], failures: CREATE_FAILURES },
  'GET /v1/urls': { query: listQuery, success: [200, listAnswer], failures: ['VALIDATION_FAILED'] },
  'POST /v1/urls/bulk': {
    body: z.strictObject({ ...bulkBody.shape, urls: z.array(createBody) }),
    success: [201, bulkAnswer],
    failures: [...CREATE_FAILURES, 'BULK_INVALID'],
  },
  'GET /v1/urls/{code}': { success: [200, linkAnswer], failures: ['URL_NOT_FOUND'] },
  'PATCH /v1/urls/{code}': {
    body: changeBody,
    success: [200, linkAnswer],
    failures: [
      'VALIDATION_FAILED',
      'INVALID_JSON',
      'INVALID_URL',
      'URL_BLOCKED',
      'URL_NOT_FOUND',
      'VERSION_CONFLICT',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  },
  'DELETE /v1/urls/{code}': { success: [204, null], failures: ['URL_NOT_FOUND', 'VERSION_CONFLICT'] },
  'GET /v1/urls/{code}/stats': { success: [200, statsAnswer], failures: ['VALIDATION_FAILED', 'URL_NOT_FOUND'] },
  'POST /v1/urls/{code}/unlock': {
    body: unlockBody,
    success: [200, unlockAnswer],
    failures: [
      'VALIDATION_FAILED',
      'INVALID_JSON',
      'INVALID_PASSWORD',
      'URL_NOT_FOUND',
      'URL_DISABLED',
      'URL_EXPIRED',
      'UNLOCK_LOCKED',
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  },
};

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
  const [status, schema] = known?.success ?? [200, null];
  const failures: readonly FailureWord[] = [
    ...(known?.failures ?? []),
    ...(access === 'public' ? [] : (['UNAUTHENTICATED', 'FORBIDDEN'] as const)),
  ];
  const byStatus = Map.groupBy(failures, (word) => STATUS_OF[word]);
  return {
    [status]: {
      description: summary,
      ...(schema === null ? {} : { content: { 'application/json': { schema: z.toJSONSchema(schema) } } }),
    },
    ...Object.fromEntries(
      [...byStatus].map(([code, words]) => [
        code,
        {
          description: words.join(', '),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
    ),
  };
}
