import { ACCOUNT_ID, arnOf } from '../cloud/account.ts';
import { executeApiDomain } from '../cloud/identity-table.ts';
import { requestTime } from './clock.ts';
import type { OriginRequest } from './origin-request.ts';

/** Where a request arrived in a REST API. */
export type RestArrival = {
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** Path template of the resource. */
  readonly resourcePath: string;
  /** Path below the stage, still encoded: REST APIs leave it as it came. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
};

/** `arn:aws:execute-api:…:{api}/{stage}/{METHOD}/{path}`, what an authorizer is asked about. */
export const methodArn = ({ apiId, stage, path }: RestArrival, method: string): string =>
  arnOf('execute-api', `${apiId}/${stage}/${method}/${path.replace(/^\//, '')}`);

/** Payload format 1.0, without a body: what members without a value hold is null. */
export function restApiEvent(arrival: RestArrival, request: OriginRequest, authorizer: object | null): object {
  const multiValueHeaders = multiValueHeadersOf(request);
  const query = multiValueQuery(request.query);
  return {
    resource: arrival.resourcePath,
    path: arrival.path,
    httpMethod: request.method,
    headers: lastOfEach(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: query === null ? null : lastOfEach(query),
    multiValueQueryStringParameters: query,
    pathParameters: nullIfEmpty(arrival.parameters),
    stageVariables: nullIfEmpty(arrival.stageVariables),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: arrival.apiId,
      ...(authorizer !== null && { authorizer }),
      domainName: executeApiDomain(arrival.apiId),
      domainPrefix: arrival.apiId,
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: { sourceIp: request.sourceIp, userAgent: request.headers['user-agent'] ?? null },
      path: `/${arrival.stage}${arrival.path}`,
      protocol: request.protocol,
      requestId: request.requestId,
      requestTime: requestTime(request.receivedAtMs),
      requestTimeEpoch: request.receivedAtMs,
      resourceId: arrival.resourcePath,
      resourcePath: arrival.resourcePath,
      stage: arrival.stage,
    },
    body: null,
    isBase64Encoded: false,
  };
}

const nullIfEmpty = <T extends object>(map: T): T | null => (Object.keys(map).length === 0 ? null : map);

type MultiValues = Readonly<Record<string, readonly string[]>>;

/**
 * Names keep the viewer's case, so a handler that expects lower case fails here as it would in AWS. What the edge wrote
 * over a viewer's header is the edge's: the viewer's own spelling of it is not handed on.
 */
function multiValueHeadersOf({ rawHeaders, headers, cookies }: OriginRequest): MultiValues {
  const sent = new Map<string, { readonly written: string; readonly values: string[] }>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const written = rawHeaders[at] ?? '';
    const name = written.toLowerCase();
    const one = sent.get(name) ?? { written, values: [] };
    sent.set(name, one);
    one.values.push(rawHeaders[at + 1] ?? '');
  }
  const values: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    const one = sent.get(name);
    if (one?.values.join(',') === value) values[one.written] = one.values;
    else values[canonical(name)] = [value];
  }
  if (cookies.length > 0) values['Cookie'] = [cookies.join('; ')];
  return values;
}

/** `x-viewer-country` → `X-Viewer-Country`; headers of the template stay as written there. */
function canonical(name: string): string {
  if (name === 'x-origin-verify') return name;
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-');
}

function multiValueQuery(query: string): MultiValues | null {
  if (query === '') return null;
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

const lastOfEach = (values: MultiValues): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']));
