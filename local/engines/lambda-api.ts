import { InvocationError, ThrottledError } from '../lambda/invocation-error.ts';
import { AwsError, accessDenied } from './aws-json.ts';
import { type AwsRestAnswer, type AwsRestCall, startAwsRestServer } from './aws-rest-server.ts';
import type { Engine } from './engine.ts';

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/**
 * Lambda's Invoke, waiting for the answer, for the person at the terminal: no function may call it. Whoever knows
 * `accessKeyId` may, so it is new with each run and stands in a file of its owner only.
 */
export async function startLambdaApi(options: {
  readonly accessKeyId: string;
  readonly functionNames: readonly string[];
  invoke(functionName: string, event: unknown): Promise<unknown>;
}): Promise<Engine> {
  async function answer({ accessKeyId, method, path, body }: AwsRestCall): Promise<AwsRestAnswer> {
    if (accessKeyId !== options.accessKeyId) throw accessDenied('Only the person who started this laptop may invoke.');
    const functionName = INVOCATION.exec(path)?.[1];
    if (method !== 'POST' || functionName === undefined) {
      throw new AwsError('UnknownOperationException', `The laptop's Lambda does not know ${method} ${path}.`, 404);
    }
    if (!options.functionNames.includes(functionName)) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${functionName}`, 404);
    }
    try {
      const answered = await options.invoke(functionName, parsed(body));
      return { status: 200, body: JSON.stringify(answered ?? null) };
    } catch (error) {
      return failureOf(error);
    }
  }
  return startAwsRestServer({ answer });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json.');
  }
}

/** A function that failed is a 200 with a header that says so. */
function failureOf(error: unknown): AwsRestAnswer {
  if (error instanceof ThrottledError) throw new AwsError('TooManyRequestsException', error.message, 429);
  if (!(error instanceof InvocationError)) throw error;
  const { errorType, message } = error;
  return {
    status: 200,
    headers: { 'x-amz-function-error': 'Unhandled' },
    body: JSON.stringify({ errorType, errorMessage: message }),
  };
}
