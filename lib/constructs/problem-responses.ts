import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { FAILURES, type FailureWord } from '../../core/errors.ts';

type GatewayProblem = {
  readonly type: ResponseType;
  readonly word: FailureWord;
  readonly status: number;
  /** Replaces the word's sentence where it speaks of something API Gateway cannot know. */
  readonly detail?: string;
  readonly retryAfterS?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Every refusal API Gateway makes by itself, in the words of the contract. No method is signed for AWS, so complaints
 * about tokens and signatures only ever come from a path or method that no resource has: nothing is there.
 */
export const GATEWAY_PROBLEMS: readonly GatewayProblem[] = [
  {
    type: ResponseType.UNAUTHORIZED,
    word: 'UNAUTHENTICATED',
    status: 401,
    headers: { 'WWW-Authenticate': "'Bearer'" },
  },
  { type: ResponseType.ACCESS_DENIED, word: 'FORBIDDEN', status: 403 },
  { type: ResponseType.AUTHORIZER_FAILURE, word: 'SERVICE_UNAVAILABLE', status: 503, retryAfterS: 1 },
  { type: ResponseType.RESOURCE_NOT_FOUND, word: 'NOT_FOUND', status: 404 },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, word: 'NOT_FOUND', status: 404 },
  { type: ResponseType.INVALID_SIGNATURE, word: 'NOT_FOUND', status: 404 },
  { type: ResponseType.REQUEST_TOO_LARGE, word: 'PAYLOAD_TOO_LARGE', status: 413 },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, word: 'UNSUPPORTED_MEDIA_TYPE', status: 415 },
  {
    type: ResponseType.THROTTLED,
    word: 'RATE_LIMIT_EXCEEDED',
    status: 429,
    detail: 'This Signpost is receiving more requests than it takes at once; try again after `retry_after` seconds.',
    retryAfterS: 1,
  },
  { type: ResponseType.INTEGRATION_FAILURE, word: 'SERVICE_UNAVAILABLE', status: 503, retryAfterS: 1 },
  // Something may have been changed before time ran out, so this does not say that nothing was.
  { type: ResponseType.INTEGRATION_TIMEOUT, word: 'INTERNAL', status: 504 },
  { type: ResponseType.DEFAULT_4XX, word: 'NOT_FOUND', status: 404 },
  { type: ResponseType.DEFAULT_5XX, word: 'INTERNAL', status: 500 },
];

/** Makes API Gateway answer `application/problem+json`; `problemOrigin` is where `docs/errors/{word}` is answered. */
export function addProblemResponses(api: RestApi, problemOrigin: string): void {
  for (const problem of GATEWAY_PROBLEMS) {
    api.addGatewayResponse(`Problem_${problem.type.responseType}`, {
      type: problem.type,
      statusCode: String(problem.status),
      responseHeaders: {
        'Content-Type': "'application/problem+json'",
        'X-Request-Id': 'context.requestId',
        'Cache-Control': "'no-store'",
        ...(problem.retryAfterS === undefined ? {} : { 'Retry-After': `'${problem.retryAfterS}'` }),
        ...problem.headers,
      },
      templates: { 'application/json': problemTemplate(problem, problemOrigin) },
    });
  }
}

/** A mapping template: JSON in which API Gateway fills in the request's own id. */
function problemTemplate({ word, status, detail, retryAfterS }: GatewayProblem, problemOrigin: string): string {
  const { title, sentence } = FAILURES[word];
  return JSON.stringify({
    type: `${problemOrigin}/docs/errors/${word}`,
    title,
    status,
    detail: detail ?? sentence,
    error: word,
    request_id: '$context.requestId',
    ...(retryAfterS === undefined ? {} : { retry_after: retryAfterS }),
  });
}
