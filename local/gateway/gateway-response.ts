import type { GatewayResponsePlan } from '../cloud/rest-api.ts';
import type { OriginAnswer, OriginRequest } from './origin-request.ts';

/** Answers a REST API gives by itself: status and message unless the template says otherwise. */
const DEFAULTS = {
  ACCESS_DENIED: [403, 'User is not authorized to access this resource'],
  AUTHORIZER_CONFIGURATION_ERROR: [500, 'Internal server error'],
  AUTHORIZER_FAILURE: [500, 'Internal server error'],
  BAD_REQUEST: [400, 'Bad Request'],
  /** A function that is throttled; for what cannot be reached AWS says 504. */
  INTEGRATION_FAILURE: [500, 'Internal server error'],
  INTEGRATION_TIMEOUT: [504, 'Endpoint request timed out'],
  /** A function that fails or answers in a wrong shape; AWS has no type of its own for it. */
  MALFORMED_INTEGRATION: [502, 'Internal server error'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'Missing Authentication Token'],
  REQUEST_TOO_LARGE: [413, 'Request Too Long'],
  UNAUTHORIZED: [401, 'Unauthorized'],
} as const;

export type GatewayResponseType = keyof typeof DEFAULTS;

type Occasion = { readonly request: OriginRequest; readonly stage: string; readonly resourcePath: string | null };

/** Renders gateway responses from the template's: by type, else `DEFAULT_4XX` or `DEFAULT_5XX`, else AWS's own. */
export function renderGatewayResponse(
  responses: Readonly<Record<string, GatewayResponsePlan>>,
  type: GatewayResponseType,
  occasion: Occasion,
): OriginAnswer {
  const [defaultStatus, message] = DEFAULTS[type];
  const response = responses[type] ?? responses[defaultStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX'];
  const status = response?.statusCode ?? defaultStatus;
  const context = contextOf(type, message, status, occasion);
  const template = response?.templates['application/json'] ?? '{"message":$context.error.messageString}';
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-amzn-errortype': `${type}Exception`,
  };
  for (const [name, value] of Object.entries(response?.headers ?? {})) {
    headers[name.toLowerCase()] = headerValue(value, context, occasion.request);
  }
  const body = template.replaceAll(/\$context\.([\w.]*\w)/g, (_whole, name: string) => context[name] ?? '');
  return { status, headers, body };
}

function contextOf(
  type: GatewayResponseType,
  message: string,
  status: number,
  { request, stage, resourcePath }: Occasion,
): Readonly<Record<string, string>> {
  return {
    'error.message': message,
    'error.messageString': JSON.stringify(message),
    'error.responseType': type,
    status: String(status),
    requestId: request.requestId,
    extendedRequestId: request.requestId,
    requestTimeEpoch: String(request.receivedAtMs),
    httpMethod: request.method,
    domainName: request.headers['host'] ?? '',
    path: request.path,
    protocol: request.protocol,
    resourcePath: resourcePath ?? '',
    stage,
    'identity.sourceIp': request.sourceIp,
  };
}

/** `'literal'`, `context.requestId` or `method.request.header.X`. */
function headerValue(value: string, context: Readonly<Record<string, string>>, request: OriginRequest): string {
  const literal = /^'(.*)'$/s.exec(value)?.[1];
  if (literal !== undefined) return literal;
  const [, contextName] = /^context\.(.+)$/.exec(value) ?? [];
  if (contextName !== undefined) return context[contextName] ?? '';
  const [, headerName] = /^method\.request\.header\.(.+)$/.exec(value) ?? [];
  return headerName === undefined ? value : (request.headers[headerName.toLowerCase()] ?? '');
}
