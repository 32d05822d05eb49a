import type { FailureWord, VisitorWord } from '../../core/errors.ts';
import { FAILURES, Failure, VISITOR_FAILURES } from '../../core/errors.ts';
import { problemAnswer } from '../../lambdas/http.ts';
import { asFailure, failureHeaders, problemOf, STATUS_OF, visitorProblemOf } from '../../lambdas/problem.ts';
import { GATEWAY_PROBLEMS } from '../../lib/constructs/problem-responses.ts';
import { APP_ORIGIN, REQUEST_ID } from '../fixtures/events.ts';
import { problemIn } from '../fixtures/problems.ts';

const WORDS = Object.keys(FAILURES) as FailureWord[];
const CONTEXT = { origin: APP_ORIGIN, requestId: REQUEST_ID };

describe('A failure', () => {
  it.each(WORDS)('%s becomes a problem document', (word) => {
    const { status, headers, body } = problemAnswer(
      new Failure(word, word.includes('LIMIT_EXC') || word.includes('LOCKED') ? { retry_after: 7 } : {}),
      CONTEXT,
    );
    const problem = problemIn({
      statusCode: status,
      headers: { ...headers, 'x-request-id': REQUEST_ID },
      body: body ?? '',
    });
    expect(problem.error).toBe(word);
    expect(problem['detail']).toBe(FAILURES[word].sentence);
    expect(FAILURES[word].sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('has the status of the contract', () => {
    expect(STATUS_OF).toMatchObject({
      VALIDATION_FAILED: 400,
      INVALID_JSON: 400,
      INVALID_URL: 400,
      URL_BLOCKED: 400,
      INVALID_ALIAS: 400,
      BULK_INVALID: 400,
      UNAUTHENTICATED: 401,
      INVALID_PASSWORD: 401,
      FORBIDDEN: 403,
      PASSWORD_REQUIRED: 403,
      URL_NOT_FOUND: 404,
      ALIAS_TAKEN: 409,
      IDEMPOTENCY_IN_PROGRESS: 409,
      URL_DISABLED: 410,
      URL_EXPIRED: 410,
      CLICK_LIMIT_REACHED: 410,
      VERSION_CONFLICT: 412,
      PAYLOAD_TOO_LARGE: 413,
      UNSUPPORTED_MEDIA_TYPE: 415,
      IDEMPOTENCY_MISMATCH: 422,
      RATE_LIMIT_EXCEEDED: 429,
      UNLOCK_LOCKED: 429,
      SERVICE_UNAVAILABLE: 503,
    });
  });

  it('tells its own detail and details', () => {
    const failure = new Failure('ALIAS_TAKEN', { suggestions: ['a-2'] }, { detail: 'Told exactly.' });
    expect(problemOf(failure, CONTEXT)).toMatchObject({ detail: 'Told exactly.', suggestions: ['a-2'] });
  });

  it.each([
    [new Failure('UNLOCK_LOCKED', { retry_after: 12 }), { 'retry-after': '12' }],
    [new Failure('SERVICE_UNAVAILABLE'), { 'retry-after': '1' }],
    [new Failure('URL_NOT_FOUND'), {}],
  ])('says when to try again wherever that is known: %#', (failure, headers) => {
    expect(failureHeaders(failure)).toEqual(headers);
  });

  it.each(GATEWAY_PROBLEMS)('that API Gateway finds itself has the same status: $word $status', ({ word, status }) => {
    expect([STATUS_OF[word], status === 504 ? 500 : status]).toEqual([STATUS_OF[word], STATUS_OF[word]]);
  });
});

const named = (name: string, message = 'x', more: object = {}) => Object.assign(new Error(message), { name }, more);

describe('An error nobody foresaw', () => {
  it.each([
    named('ThrottlingException'),
    named('ProvisionedThroughputExceededException'),
    named('RequestLimitExceeded'),
    named('InternalServerError'),
    named('TransactionCanceledException'),
    named('TransactionInProgressException'),
    named('TimeoutError'),
    named('AwsError', 'InternalFailure: x', { status: 500 }),
    named('UnknownError', 'x', { $metadata: { httpStatusCode: 502 } }),
    named('Error', 'connect', { code: 'ECONNREFUSED' }),
    named('Error', 'read ECONNRESET', { code: 'ECONNRESET' }),
    named('Error', 'socket hang up'),
    new Error('DynamoDB.GetItem did not answer within 150 ms'),
    new Error('Counting stayed contended through 8 attempts'),
  ])('is 503 where a dependency is away: %s', (error) => {
    expect(asFailure(error)).toMatchObject({ word: 'SERVICE_UNAVAILABLE', cause: error });
  });

  it.each([
    new TypeError("Cannot read properties of undefined (reading 'secret')"),
    named('ValidationException', 'One or more parameter values were invalid'),
    named('AccessDeniedException', 'arn:aws:iam::1:role/x is not authorized', { $metadata: { httpStatusCode: 400 } }),
    'a thrown string',
    null,
    undefined,
    { status: 500 },
  ])('tells the client nothing and keeps its cause: %s', (error) => {
    const failure = asFailure(error);
    expect(failure).toMatchObject({ word: 'INTERNAL', detail: undefined });
    expect(problemOf(failure, CONTEXT).detail).toBe(FAILURES.INTERNAL.sentence);
    expect(failure.cause).toBe(error);
    expect(JSON.stringify(problemOf(failure, CONTEXT))).not.toMatch(/secret|arn:|parameter/);
  });
});

describe('A problem of the short domain', () => {
  it.each(Object.keys(VISITOR_FAILURES) as VisitorWord[])('is told as everywhere: %s', (word) => {
    const failure = new Failure(word, { attempts_remaining: 2 });
    expect(visitorProblemOf(failure, CONTEXT)).toEqual(problemOf(failure, CONTEXT));
  });

  it('is an error of ours where its word is none that visitors may meet', () => {
    expect(visitorProblemOf(new Failure('WEAK_PASSWORD'), CONTEXT)).toMatchObject({ error: 'INTERNAL', status: 500 });
  });
});
