import { ACCOUNT_ID } from '../cloud/account.ts';
import type { HttpRoutePlan } from '../cloud/http-api.ts';
import { executeApiDomain } from '../cloud/identity-table.ts';
import { requestTime } from './clock.ts';
import type { OriginRequest } from './origin-request.ts';
import type { RouteMatch } from './route-table.ts';

/** What the events of one HTTP API have in common. */
export type HttpApiFacts = { readonly apiId: string; readonly domainName: string };
export const httpApiFacts = (apiId: string): HttpApiFacts => ({ apiId, domainName: executeApiDomain(apiId) });

/**
 * Payload format 2.0. Members without a value are absent, cookies stand apart from the headers, and the path is
 * decoded already: HTTP APIs do that, REST APIs and function URLs do not.
 * Throws URIError on malformed percent-encoding.
 */
export function httpApiEvent(api: HttpApiFacts, match: RouteMatch<HttpRoutePlan>, request: OriginRequest): object {
  const { route } = match;
  const routeKey = route.path === '$default' ? '$default' : `${route.method} ${route.path}`;
  const path = request.path.includes('%') ? decodeURIComponent(request.path) : request.path;
  const event: Record<string, unknown> = {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: request.query,
    headers: request.headers,
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: api.apiId,
      domainName: api.domainName,
      domainPrefix: api.apiId,
      http: {
        method: request.method,
        path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey,
      stage: '$default',
      time: requestTime(request.receivedAtMs),
      timeEpoch: request.receivedAtMs,
    },
    isBase64Encoded: false,
  };
  if (request.cookies.length > 0) event['cookies'] = request.cookies;
  if (request.query !== '') event['queryStringParameters'] = joinedQuery(request.query);
  if (match.parameters !== null) event['pathParameters'] = match.parameters;
  if (request.body !== null) addBody(event, request.body, request.headers['content-type'] ?? '');
  return event;
}

/** `?a=1&a=2` → `{a: '1,2'}`. */
function joinedQuery(query: string): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = joined.get(name);
    joined.set(name, known === undefined ? value : `${known},${value}`);
  }
  return Object.fromEntries(joined);
}

/** Everything but these comes in base64, forms too. */
const TEXT_TYPES = /^(text\/|application\/(json|javascript|xml)\b)/i;

function addBody(event: Record<string, unknown>, body: Buffer, contentType: string): void {
  const isText = TEXT_TYPES.test(contentType);
  event['body'] = body.toString(isText ? 'utf8' : 'base64');
  event['isBase64Encoded'] = !isText;
}
