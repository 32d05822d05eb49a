import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { DEFAULT_DOMAIN } from '../../adapters/table.ts';
import { Failure } from '../../core/errors.ts';
import type { Visit, VisitDeps } from '../../core/links/visit.ts';
import { visit } from '../../core/links/visit.ts';
import { readScanPath } from '../../core/qr/scan-path.ts';
import { PAGE_HEADERS } from '../../web/visitor/page.ts';
import { notAllowedPage, shortDomainPage, unknownPage } from '../../web/visitor/pages.ts';
import { originOf } from '../origin.ts';
import { asFailure } from '../problem.ts';
import type { HttpAnswer } from '../request.ts';
import { UNLOCK_QUERY_PARAMETER, unlockTokenIn } from '../unlock-cookie.ts';
import type { VisitorContext } from '../visitor-answer.ts';
import { answerVisitor, refuse, unavailable, wantsJson } from '../visitor-answer.ts';
import { visitorOf } from './visitor.ts';

export type RedirectHandlerDeps = VisitDeps & {
  readonly originSecret: string;
  /** Each dependency by name, and whether it answers. */
  readonly dependencies: () => Promise<Readonly<Record<string, boolean>>>;
};

/**
 * The hot path. No middleware and no logger on it: each visit is parsed, decided by one verb and rendered. Only an error
 * nobody foresaw is logged.
 */
export const redirectHandler =
  (deps: RedirectHandlerDeps) =>
  async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { status, headers, body } = await answer(deps, event);
    return { statusCode: status, headers: { ...headers }, ...(body === undefined ? {} : { body }) };
  };

async function answer(deps: RedirectHandlerDeps, event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  switch (event.routeKey) {
    case 'GET /{code}':
    case 'HEAD /{code}':
      return followCode(deps, event);
    case 'GET /':
    case 'HEAD /':
      return {
        status: 200,
        headers: { ...PAGE_HEADERS, 'x-request-id': event.requestContext.requestId },
        body: shortDomainPage(),
      };
    case 'GET /health':
    case 'HEAD /health':
      return health(200, { status: 'ok' }, event);
    case 'GET /health/deep': {
      const dependencies = await deps.dependencies();
      const ok = Object.values(dependencies).every(Boolean);
      return health(ok ? 200 : 503, { status: ok ? 'ok' : 'degraded', dependencies }, event);
    }
    // What is no path of a QR code's is told so by the fallback, and those in small letters have no route.
    default:
      return followScan(deps, event);
  }
}

function followCode(deps: RedirectHandlerDeps, event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  const segment = event.pathParameters?.['code'] ?? '';
  const previewed = segment.endsWith('+');
  const code = previewed ? segment.slice(0, -1) : segment;
  return follow(deps, event, { code, intent: previewed ? 'preview' : intentOf(event), scannedAt: null });
}

async function followScan(deps: RedirectHandlerDeps, event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  const { method } = event.requestContext.http;
  const scan = method === 'GET' || method === 'HEAD' ? readScanPath(event.rawPath) : null;
  if (scan === null) return fallback(event);
  return follow(deps, event, { code: scan.code, intent: intentOf(event), scannedAt: scan.placement });
}

type Followed = Pick<Visit, 'code' | 'intent' | 'scannedAt'>;

async function follow(
  deps: RedirectHandlerDeps,
  event: APIGatewayProxyEventV2,
  followed: Followed,
): Promise<HttpAnswer> {
  const { code } = followed;
  const { query, token } = splitQuery(event.rawQueryString);
  const request: Visit = {
    domain: DEFAULT_DOMAIN,
    ...followed,
    query,
    unlockToken: token ?? unlockTokenIn(event.cookies),
    visitor: visitorOf(event, deps.originSecret),
  };
  try {
    return answerVisitor(await visit(deps, request), contextOf(event, code));
  } catch (error) {
    const failure = asFailure(error);
    console.error(
      JSON.stringify({ message: 'visit failed', error: String(error), requestId: event.requestContext.requestId }),
    );
    return unavailable(failure, contextOf(event, code));
  }
}

/** `Sec-Purpose: prefetch` (browsers today) and `Purpose: prefetch` (older ones) mark a request no person has made yet. */
function intentOf({ headers, requestContext }: APIGatewayProxyEventV2): Visit['intent'] {
  if (requestContext.http.method === 'HEAD') return 'look';
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'];
  return purpose !== undefined && purpose.includes('prefetch') ? 'prefetch' : 'open';
}

/** The unlock token is ours; the rest of the query may be forwarded to the target. */
function splitQuery(rawQuery: string): { readonly query: string; readonly token: string | null } {
  if (!rawQuery.includes(UNLOCK_QUERY_PARAMETER)) return { query: rawQuery, token: null };
  const parameters = new URLSearchParams(rawQuery);
  const token = parameters.get(UNLOCK_QUERY_PARAMETER);
  parameters.delete(UNLOCK_QUERY_PARAMETER);
  return { query: parameters.toString(), token };
}

function fallback(event: APIGatewayProxyEventV2): HttpAnswer {
  const context = contextOf(event, event.rawPath.slice(1));
  const { method } = event.requestContext.http;
  if (method === 'GET' || method === 'HEAD')
    return refuse(new Failure('NOT_FOUND'), unknownPage(`${context.origin}${event.rawPath}`), context);
  const refused = refuse(new Failure('METHOD_NOT_ALLOWED'), notAllowedPage(), context);
  return { ...refused, headers: { ...refused.headers, allow: 'GET, HEAD' } };
}

const health = (status: number, value: unknown, event: APIGatewayProxyEventV2): HttpAnswer => ({
  status,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-request-id': event.requestContext.requestId,
  },
  body: JSON.stringify(value),
});

const contextOf = ({ headers, requestContext }: APIGatewayProxyEventV2, code: string): VisitorContext => ({
  code,
  origin: originOf(headers as Record<string, string>, requestContext.domainName),
  requestId: requestContext.requestId,
  wantsJson: wantsJson(headers['accept']),
});
