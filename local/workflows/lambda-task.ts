import { functionNameOf } from '../cloud/identities.ts';
import { functionArn } from '../cloud/identity-table.ts';
import { InvocationError, ThrottledError } from '../lambda/invocation-error.ts';
import type { Json } from './definition.ts';
import { WorkflowFailure } from './failure.ts';
import { parametersOf, type Task, type TaskFacts } from './tasks.ts';

const KNOWN = new Set(['FunctionName', 'Payload']);

/** `lambda:invoke`: `{FunctionName, Payload}` → `{ExecutedVersion, Payload, StatusCode}`. */
export function lambdaTask({ authorize, invoke }: TaskFacts): Task {
  return async (input, { accessKeyId }) => {
    const parameters = parametersOf(input);
    const unknown = Object.keys(parameters).find((name) => !KNOWN.has(name));
    if (unknown !== undefined) {
      throw new WorkflowFailure('States.Runtime', `The laptop's lambda:invoke does not play ${unknown}.`);
    }
    const named = String(parameters['FunctionName']);
    const name = functionNameOf(named) ?? named;
    const call = {
      accessKeyId,
      action: 'lambda:InvokeFunction',
      resourceArns: [named.startsWith('arn:') ? named : functionArn(name)],
    };
    const decision = authorize(call);
    if (!decision.allowed) throw new WorkflowFailure('Lambda.AWSLambdaException', decision.message);
    try {
      const Payload = ((await invoke(name, parameters['Payload'] ?? {})) ?? null) as Json;
      return { ExecutedVersion: '$LATEST', Payload, StatusCode: 200 };
    } catch (error) {
      throw failureOfCall(error);
    }
  };
}

/** A function that failed gives its own error's name, and as cause what Lambda answers: JSON. */
function failureOfCall(error: unknown): unknown {
  if (error instanceof ThrottledError) return new WorkflowFailure('Lambda.TooManyRequestsException', error.message);
  if (!(error instanceof InvocationError)) return error;
  const { errorType, message, stack = '' } = error;
  const trace = stack.split('\n');
  return new WorkflowFailure(errorType, JSON.stringify({ errorType, errorMessage: message, trace }));
}
