import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BehaviorPlan, DistributionPlan } from '../cloud/distributions.ts';
import { compileEdgeFunction, type EdgeFunction, EMPTY_QUERY_AND_COOKIES } from './edge-function.ts';
import { type OriginAnswer, type OriginRequest, readBody } from './origin-request.ts';
import { send } from './send.ts';
import { claimedAddress, VIEWER_HEADER, viewerHeadersOf } from './viewer.ts';

/** What is behind a distribution. Never rejects: every failure has an answer. */
export type Origin = (request: OriginRequest) => Promise<OriginAnswer>;

type Body = Buffer | 'too large' | null;

type Behavior = {
  readonly plan: BehaviorPlan;
  /** Null for the default behavior. */
  readonly path: RegExp | null;
  readonly origin: Origin;
  readonly edgeFunction: EdgeFunction | null;
};

/** What an API sees as the caller is never the visitor but one of CloudFront's own addresses. */
const EDGE_IP = '130.176.0.1';

const URL_LIMIT_BYTES = 8_192;

/**
 * Plays a CloudFront distribution: whatever Host the viewer used, the request is for `domain`; headers that only
 * CloudFront may write are taken off and written anew; the viewer-request function runs; origin headers are added.
 */
export function playDistribution(
  distribution: DistributionPlan,
  domain: string,
  originOf: (origin: BehaviorPlan['origin']) => Origin,
): (request: IncomingMessage, response: ServerResponse) => void {
  const behaviors = distribution.behaviors.map((plan): Behavior => {
    const code = plan.viewerRequestCode;
    const edgeFunction = code === null ? null : compileEdgeFunction(code, distribution.name);
    const path = plan.pathPattern === null ? null : pathRegExp(plan.pathPattern);
    return { plan, path, origin: originOf(plan.origin), edgeFunction };
  });

  return (request, response) => {
    const url = request.url ?? '/';
    const queryAt = url.indexOf('?');
    const path = queryAt < 0 ? url : url.slice(0, queryAt);
    const behavior = behaviors.find((candidate) => candidate.path === null || candidate.path.test(path));
    if (behavior === undefined || !path.startsWith('/')) return send(request, response, refusal(400), null);
    const refused = refusalOf(request, url, behavior.plan);
    if (refused !== null) return send(request, response, refused, behavior.plan);

    const toOrigin = (body: Body): void => {
      const query = queryAt < 0 ? '' : url.slice(queryAt + 1);
      const prepared = originRequestOrFailure(request, path, query, domain, behavior, body);
      if ('status' in prepared) return send(request, response, prepared, behavior.plan);
      void behavior.origin(prepared).then((answer) => {
        // What was not read would be taken for the next request.
        if (prepared.bodyIsTooLarge) answer.headers['connection'] = 'close';
        send(request, response, answer, behavior.plan);
      });
      return undefined;
    };
    if (!hasBody(request)) return toOrigin(null);
    void readBody(request).then(toOrigin, () => response.destroy());
    return undefined;
  };
}

/** `/i/*` and `*.png` as CloudFront matches them: `*` any characters, `?` one. */
function pathRegExp(pattern: string): RegExp {
  const regex = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^/?${regex.replace(/^\//, '')}$`);
}

const refusal = (status: number): OriginAnswer => ({
  status,
  headers: { 'content-type': 'text/plain', 'x-cache': 'Error from cloudfront' },
  body: `${status}: refused at the edge\n`,
});

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** What CloudFront answers by itself: methods the behavior does not take, URLs over its limit, a GET with a body. */
function refusalOf(request: IncomingMessage, url: string, plan: BehaviorPlan): OriginAnswer | null {
  const method = request.method ?? '';
  if (!plan.allowedMethods.has(method)) return refusal(403);
  if (url.length > URL_LIMIT_BYTES) return refusal(414);
  return (method === 'GET' || method === 'HEAD') && hasBody(request) ? refusal(403) : null;
}

/**
 * Headers that a viewer cannot bring: hop by hop ones, and those CloudFront or API Gateway write themselves. What the
 * template's function and origin headers overwrite (`x-forwarded-host`, `x-origin-verify`) is left to them, as in AWS.
 */
const NOT_FROM_VIEWERS = new Set([
  'connection',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  VIEWER_HEADER,
]);

function originRequestOrFailure(...request: Parameters<typeof originRequest>): OriginRequest | OriginAnswer {
  try {
    return originRequest(...request);
  } catch {
    // A CloudFront Function that throws.
    return refusal(503);
  }
}

function originRequest(
  request: IncomingMessage,
  path: string,
  query: string,
  domain: string,
  { plan, edgeFunction }: Behavior,
  body: Body,
): OriginRequest | OriginAnswer {
  const { rawHeaders, socket } = request;
  // Without a prototype: a viewer may call a header `constructor` or `__proto__`.
  const headers = Object.create(null) as Record<string, { value: string }>;
  headers['host'] = { value: domain };
  const cookies: string[] = [];
  let userAgent: string | undefined;
  let viewerOverride: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (name === 'user-agent') userAgent = value;
    if (NOT_FROM_VIEWERS.has(name) || name.startsWith('cloudfront-')) {
      if (name === 'cookie') cookies.push(...value.split(/; */));
      else if (name === VIEWER_HEADER) viewerOverride = value;
      continue;
    }
    const known = headers[name];
    if (known === undefined) headers[name] = { value };
    else known.value += `,${value}`;
  }
  const viewerIp = claimedAddress(viewerOverride) ?? socket.remoteAddress ?? '127.0.0.1';
  const viewerHeaders = viewerHeadersOf(userAgent, viewerOverride);
  for (const name in viewerHeaders) headers[name] = { value: viewerHeaders[name] ?? '' };
  headers['cloudfront-viewer-address'] = { value: `${viewerIp}:${socket.remotePort ?? 0}` };
  headers['cloudfront-forwarded-proto'] = { value: 'http' };

  let uri = path;
  if (edgeFunction !== null) {
    const method = request.method ?? 'GET';
    const changed = edgeFunction({ method, uri, headers, ...EMPTY_QUERY_AND_COOKIES }, viewerIp);
    if ('statusCode' in changed) return { status: changed.statusCode, headers: flat(changed.headers ?? {}), body: '' };
    uri = changed.uri;
  }
  // Whether CloudFront's own headers reach an origin depends on the request policy: nothing here may rely on it.
  const toOrigin = flat(headers, 'cloudfront-');
  toOrigin['host'] = plan.origin.domain;
  // Each hop adds whom it heard it from; what stands before the viewer's own address is the viewer's claim.
  const claimed = toOrigin['x-forwarded-for'];
  toOrigin['x-forwarded-for'] = `${claimed === undefined ? '' : `${claimed}, `}${viewerIp}, ${EDGE_IP}`;
  // The doors are plain HTTP, and whoever builds a URL from these must get one that works.
  toOrigin['x-forwarded-port'] = domain.slice(domain.indexOf(':') + 1);
  toOrigin['x-forwarded-proto'] = 'http';
  Object.assign(toOrigin, plan.origin.customHeaders);
  return {
    method: request.method ?? 'GET',
    path: plan.origin.path + uri,
    query,
    headers: toOrigin,
    cookies,
    body: body === 'too large' ? null : body,
    bodyIsTooLarge: body === 'too large',
    sourceIp: EDGE_IP,
    rawHeaders,
    protocol: `HTTP/${request.httpVersion}`,
    requestId: randomUUID(),
    receivedAtMs: Date.now(),
  };
}

/** Headers as plain text, less those whose name starts with `left`. */
function flat(headers: Readonly<Record<string, { readonly value: string }>>, left?: string): Record<string, string> {
  const flattened: Record<string, string> = {};
  for (const name in headers) {
    if (left === undefined || !name.startsWith(left)) flattened[name] = headers[name]?.value ?? '';
  }
  return flattened;
}
