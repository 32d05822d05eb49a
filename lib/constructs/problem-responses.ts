import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { FAILURES, type FailureWord } from '../../core/errors.ts';

type GatewayProblem = { readonly type: ResponseType; readonly word: FailureWord; readonly status: number };

/** Every refusal API Gateway makes by itself, in the words of the contract. */
export const GATEWAY_PROBLEMS: readonly GatewayProblem[] = [
  { type: ResponseType.UNAUTHORIZED, word: 'UNAUTHENTICATED', status: 401 },
  { type: ResponseType.ACCESS_DENIED, word: 'FORBIDDEN', status: 403 },
  { type: ResponseType.AUTHORIZER_FAILURE, word: 'SERVICE_UNAVAILABLE', status: 503 },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, word: 'INTERNAL', status: 500 },
  { type: ResponseType.RESOURCE_NOT_FOUND, word: 'NOT_FOUND', status: 404 },
  // API Gateway's answer to a path or method that no resource has: to a customer there is nothing there.
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, word: 'NOT_FOUND', status: 404 },
  // Sent where a request is signed for AWS: an Authorization header in a form that is not ours.
  { type: ResponseType.INVALID_SIGNATURE, word: 'UNAUTHENTICATED', status: 401 },
  { type: ResponseType.EXPIRED_TOKEN, word: 'UNAUTHENTICATED', status: 401 },
  { type: ResponseType.INVALID_API_KEY, word: 'UNAUTHENTICATED', status: 401 },
  { type: ResponseType.BAD_REQUEST_BODY, word: 'VALIDATION_FAILED', status: 400 },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, word: 'VALIDATION_FAILED', status: 400 },
  { type: ResponseType.REQUEST_TOO_LARGE, word: 'PAYLOAD_TOO_LARGE', status: 413 },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, word: 'UNSUPPORTED_MEDIA_TYPE', status: 415 },
  { type: ResponseType.THROTTLED, word: 'RATE_LIMIT_EXCEEDED', status: 429 },
  { type: ResponseType.QUOTA_EXCEEDED, word: 'RATE_LIMIT_EXCEEDED', status: 429 },
  { type: ResponseType.WAF_FILTERED, word: 'FORBIDDEN', status: 403 },
  { type: ResponseType.INTEGRATION_FAILURE, word: 'SERVICE_UNAVAILABLE', status: 503 },
  { type: ResponseType.INTEGRATION_TIMEOUT, word: 'SERVICE_UNAVAILABLE', status: 504 },
  { type: ResponseType.API_CONFIGURATION_ERROR, word: 'INTERNAL', status: 500 },
];

/** Makes API Gateway answer `application/problem+json`; `problemOrigin` is where `docs/errors/{word}` is answered. */
export function addProblemResponses(api: RestApi, problemOrigin: string): void {
  for (const { type, word, status } of GATEWAY_PROBLEMS) {
    api.addGatewayResponse(`Problem_${type.responseType}`, {
      type,
      statusCode: String(status),
      responseHeaders: PROBLEM_HEADERS,
      templates: { 'application/json': problemTemplate(word, String(status), problemOrigin) },
    });
  }
  // Whatever is left keeps the status API Gateway chose.
  const others = [
    { type: ResponseType.DEFAULT_4XX, word: 'VALIDATION_FAILED' },
    { type: ResponseType.DEFAULT_5XX, word: 'INTERNAL' },
  ] as const;
  for (const { type, word } of others) {
    api.addGatewayResponse(`Problem_${type.responseType}`, {
      type,
      responseHeaders: PROBLEM_HEADERS,
      templates: { 'application/json': problemTemplate(word, '$context.status', problemOrigin) },
    });
  }
}

const PROBLEM_HEADERS = {
  'Content-Type': "'application/problem+json'",
  'X-Request-Id': 'context.requestId',
  'Cache-Control': "'no-store'",
};

/** A mapping template: JSON, with the request's own id and, where it is not fixed, its status filled in. */
function problemTemplate(word: FailureWord, status: string, problemOrigin: string): string {
  const { title, sentence } = FAILURES[word];
  return (
    `{"type":"${problemOrigin}/docs/errors/${word}","title":${JSON.stringify(title)},"status":${status},` +
    `"detail":${JSON.stringify(sentence)},"error":"${word}","request_id":"$context.requestId"}`
  );
}
