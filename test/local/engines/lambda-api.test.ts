import { startLambdaApi } from '../../../local/engines/lambda-api.ts';
import { InvocationError, ThrottledError } from '../../../local/lambda/invocation-error.ts';

const KEY = 'key-of-this-run';
const SIGNED = { authorization: `AWS4-HMAC-SHA256 Credential=${KEY}/20261121/us-east-1/lambda/aws4_request` };

type Invocation = { readonly status: number; readonly error: string | null; readonly body: unknown };

async function invoking(
  invoke: (functionName: string, event: unknown) => Promise<unknown>,
  request: { functionName?: string; method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Invocation> {
  const api = await startLambdaApi({ accessKeyId: KEY, functionNames: ['Admin'], invoke });
  try {
    const { functionName = 'Admin', method = 'POST', headers = SIGNED, body = '{"command":"x"}' } = request;
    const answer = await fetch(`${api.url}/2015-03-31/functions/${functionName}/invocations`, {
      method,
      headers,
      body,
    });
    const error = answer.headers.get('x-amzn-errortype') ?? answer.headers.get('x-amz-function-error');
    return { status: answer.status, error, body: await answer.json() };
  } finally {
    await api.close();
  }
}

const failing = (error: Error) => async () => {
  throw error;
};

describe("Lambda's Invoke", () => {
  it('hands the event over and answers what the function answered', async () => {
    const answered = await invoking(async (functionName, event) => ({ functionName, event }));
    expect(answered).toEqual({ status: 200, error: null, body: { functionName: 'Admin', event: { command: 'x' } } });
  });

  it.each<[claim: string, error: Error, answer: Partial<Invocation>]>([
    [
      'a function that failed is a 200 that says so',
      new InvocationError({ errorType: 'Failure', errorMessage: 'EMAIL_TAKEN', stack: '' }),
      { status: 200, error: 'Unhandled', body: { errorType: 'Failure', errorMessage: 'EMAIL_TAKEN' } },
    ],
    ['a throttled one is a 429', new ThrottledError(), { status: 429, error: 'TooManyRequestsException' }],
  ])('%s', async (_claim, error, answer) => {
    expect(await invoking(failing(error))).toMatchObject(answer);
  });

  it.each<[claim: string, request: Parameters<typeof invoking>[1], answer: Partial<Invocation>]>([
    ['without a key nobody invokes', { headers: {} }, { status: 403, error: 'AccessDeniedException' }],
    [
      'with the key of a role nobody invokes',
      { headers: { authorization: SIGNED.authorization.replace(KEY, 'AuthRole') } },
      { status: 403, error: 'AccessDeniedException' },
    ],
    [
      'other functions are not there',
      { functionName: 'Redirect' },
      { status: 404, error: 'ResourceNotFoundException' },
    ],
    ['an event is JSON', { body: '{"comm' }, { status: 400, error: 'InvalidRequestContentException' }],
  ])('%s', async (_claim, request, answer) => {
    let invocations = 0;
    const answered = await invoking(async () => ++invocations, request);
    expect(answered).toMatchObject(answer);
    expect(invocations).toBe(0);
  });
});
