import { isUtf8 } from 'node:buffer';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Identity } from '../core/accounts/caller.ts';
import { identityOfContext } from './identity-context.ts';
import { originOf } from './origin.ts';
import { ROUTES } from './routes.ts';

/** A request of either API as handlers see it. */
export type HttpRequest = {
  readonly method: string;
  /** The route's path template, `/v1/urls/{code}`; of an alias, the path it stands for. */
  readonly route: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Names in the query that came with different values, of which `query` has one alone. */
  readonly repeated: readonly string[];
  /** By lower-case name; the values of a repeated header are joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null where there is none, empty where it is not UTF-8. */
  readonly body: string | null;
  readonly requestId: string;
  /** `https://host` of the door the caller came through. */
  readonly origin: string;
  /** Origin of the short domain where API Gateway's stage knows it; else the door itself is the short domain. */
  readonly shortOrigin: string;
  /** The address API Gateway saw: the last trusted hop. */
  readonly sourceIp: string;
  /** Who calls; null on public routes, which have no authorizer. */
  readonly identity: Identity | null;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
};

export type ApiEvent = APIGatewayProxyEvent | APIGatewayProxyEventV2;

export const isHttpApiEvent = (event: ApiEvent): event is APIGatewayProxyEventV2 =>
  'version' in event && event.version === '2.0';

export function toRequest(event: ApiEvent): HttpRequest {
  return isHttpApiEvent(event) ? fromHttpApi(event) : fromRestApi(event);
}

function fromHttpApi(event: APIGatewayProxyEventV2): HttpRequest {
  const headers = lowerCased(event.headers);
  const origin = originOf(headers, event.requestContext.domainName);
  return {
    method: event.requestContext.http.method,
    route: canonicalPath(event.requestContext.http.method, event.routeKey.slice(event.routeKey.indexOf(' ') + 1)),
    path: event.rawPath,
    params: defined(event.pathParameters),
    query: defined(event.queryStringParameters),
    // It joins them with commas, which no member of this API may have.
    repeated: [],
    headers,
    body: bodyOf(event.body, event.isBase64Encoded),
    requestId: event.requestContext.requestId,
    origin,
    shortOrigin: origin,
    sourceIp: event.requestContext.http.sourceIp,
    identity: null,
  };
}

function fromRestApi(event: APIGatewayProxyEvent): HttpRequest {
  const headers = lowerCased(event.headers);
  const origin = originOf(headers, event.requestContext.domainName ?? 'localhost');
  return {
    method: event.httpMethod,
    route: canonicalPath(event.httpMethod, event.resource),
    path: event.path,
    params: { ...paramsInQuery(event), ...defined(event.pathParameters) },
    query: defined(event.queryStringParameters),
    repeated: repeatedIn(event.multiValueQueryStringParameters),
    headers,
    body: bodyOf(event.body, event.isBase64Encoded),
    requestId: event.requestContext.requestId,
    origin,
    shortOrigin: event.stageVariables?.['shortOrigin'] ?? origin,
    sourceIp: event.requestContext.identity.sourceIp,
    identity: identityOfContext(event.requestContext.authorizer),
  };
}

/** Handlers know one path for each verb; aliases end here. */
function canonicalPath(method: string, path: string): string {
  return ROUTES.find((route) => route.method === method && route.path === path)?.aliasOf ?? path;
}

/** What an alias has no place for in its path, it has in its query. */
function paramsInQuery({ httpMethod, resource, queryStringParameters: query }: APIGatewayProxyEvent) {
  const path = canonicalPath(httpMethod, resource);
  if (path === resource) return {};
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return defined(Object.fromEntries(names.map((name) => [name, query?.[name]])));
}

const repeatedIn = (query: APIGatewayProxyEvent['multiValueQueryStringParameters']): readonly string[] =>
  Object.entries(query ?? {}).flatMap(([name, values = []]) => (new Set(values).size > 1 ? [name] : []));

/** No JSON and no form: what is not UTF-8 is refused as a body that does not parse, not repaired. */
const NOT_UTF8 = '';

function bodyOf(body: string | null | undefined, isBase64Encoded: boolean): string | null {
  if (body === null || body === undefined) return null;
  if (!isBase64Encoded) return body;
  const bytes = Buffer.from(body, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : NOT_UTF8;
}

const lowerCased = (headers: Readonly<Record<string, string | undefined>> | null): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']));

const defined = (values: Readonly<Record<string, string | undefined>> | null | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
