import type { RestApiPlan, RestMethodPlan } from '../cloud/rest-api.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { ThrottledError } from '../lambda/invocation-error.ts';
import { type AuthorizerVerdict, verdictOf, verdictOfError } from './authorizer.ts';
import type { Origin } from './edge.ts';
import { type GatewayResponseType, renderGatewayResponse } from './gateway-response.ts';
import { cutAfterMs, integrationTimedOut, withinMs } from './integration-timeout.ts';
import type { OriginAnswer, OriginRequest } from './origin-request.ts';
import { growResourceTree } from './resource-tree.ts';
import { methodArn, type RestArrival, restApiEvent } from './rest-api-event.ts';

/** Plays a REST API's stage with Lambda proxy integrations (payload format 1.0). */
export function playRestApi(plan: RestApiPlan, host: Pick<LambdaHost, 'invoke' | 'stream'>): Origin {
  const tree = growResourceTree(plan.methods);
  const stagePrefix = `/${plan.stageName}`;

  const refuse = (type: GatewayResponseType, request: OriginRequest, resourcePath: string | null): OriginAnswer =>
    renderGatewayResponse(plan.gatewayResponses, type, { request, stage: plan.stageName, resourcePath });

  async function authorize(
    method: RestMethodPlan,
    arrival: RestArrival,
    request: OriginRequest,
  ): Promise<AuthorizerVerdict> {
    const { authorizer } = method;
    if (authorizer === null) return { allowed: true, context: {} };
    if (authorizer.identitySources.some((source) => isMissing(source, request))) {
      return { allowed: false, type: 'UNAUTHORIZED' };
    }
    const arn = methodArn(arrival, request.method);
    const event = { type: 'REQUEST', methodArn: arn, ...restApiEvent(arrival, request, null) };
    try {
      return verdictOf(await host.invoke(authorizer.functionName, event), arn);
    } catch (error) {
      return verdictOfError(error);
    }
  }

  /** The integration's timeout is for the whole stream. */
  async function streamed(
    { functionName, timeoutMs }: RestMethodPlan,
    event: object,
    onTimeout: () => OriginAnswer,
  ): Promise<OriginAnswer> {
    const answering = host.stream(functionName, event);
    const answered = await withinMs(answering, timeoutMs);
    if (answered === integrationTimedOut) {
      void answering.then(({ body }) => body.destroy()).catch(() => undefined);
      return onTimeout();
    }
    const { statusCode, headers, body } = answered;
    cutAfterMs(body, timeoutMs);
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    return { status: statusCode, headers: Object.fromEntries(named), body };
  }

  async function answer(request: OriginRequest): Promise<OriginAnswer> {
    if (request.bodyIsTooLarge) return refuse('REQUEST_TOO_LARGE', request, null);
    const path = request.path.startsWith(`${stagePrefix}/`) ? request.path.slice(stagePrefix.length) : null;
    const match = path === null ? null : tree.match(request.method, path);
    if (path === null || match === null) return refuse('MISSING_AUTHENTICATION_TOKEN', request, null);
    const { method, parameters } = match;
    const resourcePath = method.path;
    const { name: apiId, stageName: stage, stageVariables } = plan;
    const arrival: RestArrival = { apiId, stage, stageVariables, resourcePath, path, parameters };
    const verdict = await authorize(method, arrival, request);
    if (!verdict.allowed) return refuse(verdict.type, request, resourcePath);
    const event = {
      ...restApiEvent(arrival, request, method.authorizer === null ? null : verdict.context),
      ...bodyOf(request, plan.binaryMediaTypes),
    };
    try {
      if (method.streams)
        return await streamed(method, event, () => refuse('INTEGRATION_TIMEOUT', request, resourcePath));
      const answered = await withinMs(host.invoke(method.functionName, event), method.timeoutMs);
      if (answered === integrationTimedOut) return refuse('INTEGRATION_TIMEOUT', request, resourcePath);
      return answerOf(answered) ?? refuse('MALFORMED_INTEGRATION', request, resourcePath);
    } catch (error) {
      return refuse(
        error instanceof ThrottledError ? 'INTEGRATION_FAILURE' : 'MALFORMED_INTEGRATION',
        request,
        resourcePath,
      );
    }
  }

  return (request) =>
    answer(request).catch((error: unknown) =>
      refuse(error instanceof URIError ? 'BAD_REQUEST' : 'MALFORMED_INTEGRATION', request, null),
    );
}

/** `method.request.header.Authorization`, `method.request.querystring.token`. */
function isMissing(identitySource: string, { headers, cookies, query }: OriginRequest): boolean {
  const [, kind, name = ''] = /^method\.request\.(header|querystring)\.(.+)$/.exec(identitySource) ?? [];
  if (kind === 'header' && name.toLowerCase() === 'cookie') return cookies.length === 0;
  if (kind === 'header') return (headers[name.toLowerCase()] ?? '') === '';
  return kind === 'querystring' && (new URLSearchParams(query).get(name) ?? '') === '';
}

function bodyOf({ body, headers }: OriginRequest, binaryMediaTypes: readonly string[]): object {
  if (body === null) return {};
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const isBinary = binaryMediaTypes.includes('*/*') || binaryMediaTypes.includes(type);
  return { body: body.toString(isBinary ? 'base64' : 'utf8'), isBase64Encoded: isBinary };
}

/** A proxy integration must answer `statusCode`; both header maps are merged. Null for any other shape. */
function answerOf(answered: unknown): OriginAnswer | null {
  if (typeof answered !== 'object' || answered === null) return null;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = answered as Readonly<
    Record<string, unknown>
  >;
  const status = Number(statusCode);
  if (statusCode == null || !Number.isInteger(status) || status < 200 || status > 599) return null;
  if (body != null && typeof body !== 'string') return null;
  const sent: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) sent[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    if (Array.isArray(values)) sent[name.toLowerCase()] = values.map(String);
  }
  sent['content-type'] ??= 'application/json';
  const text = body ?? '';
  return { status, headers: sent, body: isBase64Encoded === true ? Buffer.from(text, 'base64') : text };
}
