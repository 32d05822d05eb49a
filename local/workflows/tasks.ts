import { REGION } from '../cloud/account.ts';
import type { Authorize } from '../engines/engine.ts';
import { SECRET_ACCESS_KEY } from '../lambda/function-env.ts';
import type { Json } from './definition.ts';
import { WorkflowFailure } from './failure.ts';
import type { Integration } from './refusals.ts';

/** Who does a task: the machine's role, and how long it is wanted. */
export type Doer = { readonly accessKeyId: string; readonly signal: AbortSignal };

/** What a task's Resource does with its Parameters. Rejects with a WorkflowFailure named as AWS names it. */
export type Task = (input: Json, doer: Doer) => Promise<Json>;

export type TaskFacts = {
  readonly authorize: Authorize;
  /** Calls a function; rejects with an InvocationError or a ThrottledError. */
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  /** `ATHENA` → URL, as in `AWS_ENDPOINT_URL_ATHENA`. */
  readonly endpoints: Readonly<Record<string, string>>;
};

/** A task of the given integration; what it needs is loaded by its first use. */
export async function taskOf(integration: Integration, facts: TaskFacts): Promise<Task> {
  switch (integration) {
    case 'lambda:invoke':
      return (await import('./lambda-task.ts')).lambdaTask(facts);
    case 'athena:startQueryExecution.sync':
      return (await import('./athena-task.ts')).athenaTask(facts);
    case 'dynamodb:deleteItem':
    case 'dynamodb:getItem':
    case 'dynamodb:putItem':
    case 'dynamodb:updateItem':
      return (await import('./dynamodb-task.ts')).dynamoDbTask(integration, facts);
  }
}

/** Members of a task's Parameters. */
export function parametersOf(input: Json): Readonly<Record<string, unknown>> {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    return input as Readonly<Record<string, unknown>>;
  }
  throw new WorkflowFailure('States.Runtime', 'The Parameters of a task must be an object.');
}

/** Where the SDK finds an engine, and as whom. */
export function clientOptions(service: string, { endpoints }: TaskFacts, { accessKeyId }: Doer) {
  const endpoint = endpoints[service];
  if (endpoint === undefined) throw new Error(`The laptop has no engine for ${service}.`);
  return { endpoint, region: REGION, credentials: { accessKeyId, secretAccessKey: SECRET_ACCESS_KEY } };
}

/** A service's refusal as a failure of the task: `Athena.InvalidRequestException`. Anything else stays what it is. */
export function serviceFailure(service: string, error: unknown): unknown {
  if (!(error instanceof Error && '$metadata' in error)) return error;
  const name = /Exception$|Error$/.test(error.name) ? error.name : `${error.name}Exception`;
  return new WorkflowFailure(`${service}.${name}`, error.message);
}

/** An SDK's answer as a state sees it: dates as text, without what the SDK says of the call. */
export const asJson = (answer: object): Json => JSON.parse(JSON.stringify({ ...answer, $metadata: undefined })) as Json;
