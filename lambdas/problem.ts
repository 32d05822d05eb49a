import type { FailureWord, VisitorWord } from '../core/errors.ts';
import { FAILURES, Failure, VISITOR_FAILURES } from '../core/errors.ts';

const VISITOR_STATUS: Readonly<Record<VisitorWord, number>> = {
  VALIDATION_FAILED: 400,
  INVALID_JSON: 400,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  URL_NOT_FOUND: 404,
  URL_DISABLED: 410,
  URL_EXPIRED: 410,
  CLICK_LIMIT_REACHED: 410,
  PASSWORD_REQUIRED: 403,
  INVALID_PASSWORD: 401,
  UNLOCK_LOCKED: 429,
  PREFETCH_REFUSED: 425,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL: 500,
};

const CUSTOMER_STATUS: Readonly<Record<Exclude<FailureWord, VisitorWord>, number>> = {
  INVALID_URL: 400,
  URL_BLOCKED: 400,
  INVALID_ALIAS: 400,
  ALIAS_TAKEN: 409,
  BULK_INVALID: 400,
  RATE_LIMIT_EXCEEDED: 429,
  IDEMPOTENCY_MISMATCH: 422,
  IDEMPOTENCY_IN_PROGRESS: 409,
  VERSION_CONFLICT: 412,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  CSRF_HEADER_REQUIRED: 403,
  INVALID_CREDENTIALS: 401,
  SIGN_IN_LOCKED: 429,
  WEAK_PASSWORD: 400,
  INVALID_TOKEN: 400,
  EMAIL_TAKEN: 409,
  REGISTRATION_CLOSED: 403,
  USER_NOT_FOUND: 404,
  SESSION_NOT_FOUND: 404,
  WORKSPACE_NOT_FOUND: 404,
  MEMBER_NOT_FOUND: 404,
  INVITE_NOT_FOUND: 404,
  API_KEY_NOT_FOUND: 404,
  REPORT_NOT_FOUND: 404,
  BATCH_NOT_FOUND: 404,
  BATCH_NOT_RETRYABLE: 409,
  ALREADY_MEMBER: 409,
  OWNER_REQUIRED: 409,
  PERSONAL_WORKSPACE: 409,
  LAST_ADMIN: 409,
  LIMIT_REACHED: 409,
  EXPORT_TOO_LARGE: 422,
  UNSUPPORTED_FILTER: 422,
  QUESTION_TOO_LARGE: 422,
  QR_NOT_FOUND: 404,
  QR_CONTENT_TOO_LONG: 422,
  QR_SIZE_TOO_SMALL: 422,
  QR_UNSCANNABLE: 422,
  LOGO_NOT_FOUND: 404,
  LOGO_REFUSED: 422,
};

/** The HTTP status of every deliberate failure. Exhaustive: a new word does not compile without its status. */
export const STATUS_OF: Readonly<Record<FailureWord, number>> = /* @__PURE__ */ Object.assign(
  {},
  VISITOR_STATUS,
  CUSTOMER_STATUS,
);

/** A problem document (RFC 9457) with the contract's members. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly error: FailureWord;
  readonly request_id: string;
  readonly [member: string]: unknown;
};

/** `origin` is the door the caller came through: `type` resolves there. */
type ProblemContext = { readonly origin: string; readonly requestId: string };

export const problemOf = (failure: Failure, context: ProblemContext): Problem =>
  problem(failure, failure.word, { ...FAILURES[failure.word], status: STATUS_OF[failure.word] }, context);

/** The same for the short domain, whose visitors meet few of the words; any other is an error of ours. */
export function visitorProblemOf(failure: Failure, context: ProblemContext): Problem {
  const word = Object.hasOwn(VISITOR_FAILURES, failure.word) ? (failure.word as VisitorWord) : 'INTERNAL';
  return problem(failure, word, { ...VISITOR_FAILURES[word], status: VISITOR_STATUS[word] }, context);
}

type Told = { readonly title: string; readonly sentence: string; readonly status: number };

const problem = (
  { detail, details }: Failure,
  error: FailureWord,
  { title, sentence, status }: Told,
  { origin, requestId }: ProblemContext,
): Problem => ({
  type: `${origin}/docs/errors/${error}`,
  title,
  status,
  detail: detail ?? sentence,
  error,
  request_id: requestId,
  ...details,
});

/** Headers a failure adds: `Retry-After` wherever the problem says `retry_after`, and always after a 503. */
export function failureHeaders(failure: Failure): Record<string, string> {
  const retryAfterS = failure.details['retry_after'] ?? (failure.word === 'SERVICE_UNAVAILABLE' ? 1 : undefined);
  return typeof retryAfterS === 'number' ? { 'retry-after': String(retryAfterS) } : {};
}

const NOT_ANSWERING =
  /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TransactionInProgress|TransactionCanceled|TransactionConflict|InternalServerError|ServiceUnavailable|TimeoutError|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|socket hang up|did not answer|was cut off|stayed contended/;

/** What the client is told of an error nobody foresaw: that a dependency is away (503), or nothing but the request id (500). */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (isServiceFault(error)) return new Failure('SERVICE_UNAVAILABLE', {}, { cause: error });
  const described =
    error instanceof Error
      ? `${error.name} ${error.message} ${'code' in error ? String(error.code) : ''}`
      : String(error);
  return new Failure(NOT_ANSWERING.test(described) ? 'SERVICE_UNAVAILABLE' : 'INTERNAL', {}, { cause: error });
}

/** A dependency that says 5xx of itself: our own client tells it as `status`, the SDK's in `$metadata`. */
function isServiceFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { status, $metadata } = error as { status?: unknown; $metadata?: { httpStatusCode?: unknown } };
  return [status, $metadata?.httpStatusCode].some((code) => typeof code === 'number' && code >= 500);
}
