import type { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import middy from '@middy/core';
import type { APIGatewayProxyResult, APIGatewayProxyResultV2 } from 'aws-lambda';
import type { Caller, Identity } from '../core/accounts/caller.ts';
import type { Permission } from '../core/accounts/permissions.ts';
import { isAboutWorkspace, permissionsOfRole, ROLES, scopeFor } from '../core/accounts/permissions.ts';
import { FAILURES, Failure, validationFailed } from '../core/errors.ts';
import { asFailure, failureHeaders, problemOf } from './problem.ts';
import type { ApiEvent, HttpAnswer, HttpRequest } from './request.ts';
import { isHttpApiEvent, toRequest } from './request.ts';
import { ROUTES } from './routes.ts';

export type ApiResult = APIGatewayProxyResult | Exclude<APIGatewayProxyResultV2, string>;
export type Handle = (request: HttpRequest, answerHeaders: AnswerHeaders) => Promise<HttpAnswer>;
/** Headers that every answer to this request carries, success or failure. */
export type AnswerHeaders = Map<string, string>;

const CSRF_HEADER = 'x-signpost-csrf';
/** What a caller sends must not decide how much we answer. */
const MAX_REPEATED_TOLD = 20;
const MAX_NAME_LENGTH = 50;

/** Authenticated answers are nobody else's; a page made of our JSON can do nothing. */
export const BASE_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * The one wrapper of every customer-facing function: request in, permission checked, failure to problem document, request id
 * on every answer. Bodies and credentials are never logged.
 */
export function http(logger: Logger, handle: Handle) {
  return middy<ApiEvent, ApiResult>()
    .use(logContext(logger))
    .handler(async (event) => {
      const request = toRequest(event);
      const answerHeaders: AnswerHeaders = new Map();
      const answer = await answerOrProblem(logger, request, answerHeaders, handle);
      const headers = {
        ...BASE_HEADERS,
        ...Object.fromEntries(answerHeaders),
        ...answer.headers,
        'x-request-id': request.requestId,
      };
      return render(event, { ...answer, headers });
    });
}

/** What the handler answers, once the caller is permitted to ask; failures as problem documents, those nobody meant logged. */
export async function answerOrProblem<Answer>(
  logger: Logger,
  request: HttpRequest,
  answerHeaders: AnswerHeaders,
  handle: (request: HttpRequest, answerHeaders: AnswerHeaders) => Promise<Answer>,
): Promise<Answer | HttpAnswer> {
  try {
    requirePermission(request);
    requireEachOnce(request);
    return await handle(request, answerHeaders);
  } catch (error) {
    const failure = asFailure(error);
    if (!(error instanceof Failure)) logger.error('request failed', { error: error as Error, route: request.route });
    return problemAnswer(failure, request);
  }
}

export const problemAnswer = (failure: Failure, request: Pick<HttpRequest, 'origin' | 'requestId'>): HttpAnswer => ({
  status: problemOf(failure, request).status,
  headers: { 'content-type': 'application/problem+json', ...failureHeaders(failure) },
  body: JSON.stringify(problemOf(failure, request)),
});

export const jsonAnswer = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** The route table says what a route asks for; a route that is not in it asks for nothing because it does not exist. */
export function requirePermission({ method, route, headers, identity }: HttpRequest): void {
  const known = ROUTES.find((candidate) => candidate.method === method && candidate.path === route);
  if (known === undefined) throw new Failure('NOT_FOUND');
  if (known.access === 'public') return;
  if (identity === null) throw new Failure('UNAUTHENTICATED');
  if (identity.credential === 'cookie' && isUnsafe(method)) requireCsrfHeader(headers);
  if (identity.permissions.includes(known.access)) return;
  if (identity.workspace === null && isAboutWorkspace(known.access)) throw new Failure('WORKSPACE_NOT_FOUND');
  throw forbidden(known.access, identity);
}

/** `country=DE&country=AT` would be answered for one of them. Throws VALIDATION_FAILED. */
export function requireEachOnce({ repeated }: HttpRequest): void {
  if (repeated.length === 0) return;
  const told = repeated.slice(0, MAX_REPEATED_TOLD).map((name) => name.slice(0, MAX_NAME_LENGTH));
  throw validationFailed(told.map((path) => ({ path, code: 'repeated', message: 'Must be given once.' })));
}

/** RFC 9110 §9.2.1: the methods that change nothing. */
export const isUnsafe = (method: string): boolean => method !== 'GET' && method !== 'HEAD';

/** Another site's form cannot send this header, and its script may not. Throws CSRF_HEADER_REQUIRED. */
export function requireCsrfHeader(headers: HttpRequest['headers']): void {
  if (headers[CSRF_HEADER] !== '1') throw new Failure('CSRF_HEADER_REQUIRED');
}

function forbidden(permission: Permission, { principal, workspace }: Identity): Failure {
  if (principal.kind === 'user') {
    return new Failure('FORBIDDEN', {}, { detail: refusalOf(permission, workspace) });
  }
  const scope = scopeFor(permission);
  if (scope === null) return new Failure('FORBIDDEN', {}, { detail: 'No API key may do this; sign in instead.' });
  return new Failure('FORBIDDEN', { required_scope: scope }, { detail: `This API key lacks the scope ${scope}.` });
}

function refusalOf(permission: Permission, workspace: Identity['workspace']): string {
  if (!isAboutWorkspace(permission)) return 'Only administrators of this Signpost may do this.';
  if (permission === 'workspace:leave') return FAILURES.OWNER_REQUIRED.sentence;
  const roles = ROLES.filter((role) => permissionsOfRole(role).includes(permission));
  return `The role ${workspace?.role} does not allow this; it takes one of ${roles.join(', ')}.`;
}

/** The caller of a route about a workspace: `requirePermission` has made sure of it. */
export function callerOf({ identity }: HttpRequest): Caller {
  if (identity === null) throw new Failure('UNAUTHENTICATED');
  const { principal, workspace, permissions } = identity;
  if (workspace === null) throw new Failure('WORKSPACE_NOT_FOUND');
  return { principal, workspaceId: workspace.id, plan: workspace.plan, role: workspace.role, permissions };
}

/** The person of a route that is about themselves; no key has a permission for such a route. */
export function personOf({ identity }: HttpRequest): { readonly userId: string; readonly sessionId: string } {
  if (identity?.principal.kind !== 'user') throw new Failure('UNAUTHENTICATED');
  return identity.principal;
}

const render = (event: ApiEvent, { status, headers, cookies, body }: HttpAnswer): ApiResult =>
  isHttpApiEvent(event)
    ? {
        statusCode: status,
        headers: { ...headers },
        ...(cookies === undefined ? {} : { cookies: [...cookies] }),
        body: body ?? '',
      }
    : {
        statusCode: status,
        headers: { ...headers },
        ...(cookies === undefined ? {} : { multiValueHeaders: { 'set-cookie': [...cookies] } }),
        body: body ?? '',
      };

const logContext = (logger: Logger): MiddlewareObj<ApiEvent, ApiResult> => ({
  before: ({ event, context }) => {
    logger.addContext(context);
    logger.resetKeys();
    logger.appendKeys({ requestId: event.requestContext.requestId });
  },
});
