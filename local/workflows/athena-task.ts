import {
  AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { WorkflowFailure } from './failure.ts';
import { asJson, clientOptions, parametersOf, serviceFailure, type Task, type TaskFacts } from './tasks.ts';
import { waitUntil } from './waiting.ts';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/**
 * `athena:startQueryExecution.sync`: a query and its end. Answers `{QueryExecution}`; one that did not succeed fails with
 * States.TaskFailed and what Athena says of it as cause. Stopping the execution stops the query.
 */
export function athenaTask(facts: TaskFacts): Task {
  return async (input, doer) => {
    const client = new AthenaClient(clientOptions('ATHENA', facts, doer));
    try {
      const parameters = parametersOf(input) as unknown as StartQueryExecutionCommandInput;
      const { QueryExecutionId } = await client.send(new StartQueryExecutionCommand(parameters));
      const query = await ended(client, QueryExecutionId, doer.signal);
      if (query.Status?.State === 'SUCCEEDED') return asJson({ QueryExecution: query });
      throw new WorkflowFailure('States.TaskFailed', JSON.stringify({ QueryExecution: query }));
    } catch (error) {
      throw serviceFailure('Athena', error);
    } finally {
      client.destroy();
    }
  };
}

async function ended(
  client: AthenaClient,
  QueryExecutionId: string | undefined,
  signal: AbortSignal,
): Promise<QueryExecution> {
  try {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const { QueryExecution: query = {} } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
      const state = query.Status?.State;
      if (state !== 'QUEUED' && state !== 'RUNNING') return query;
      await waitUntil(Date.now() + waitMs, signal);
    }
  } catch (error) {
    if (signal.aborted) await client.send(new StopQueryExecutionCommand({ QueryExecutionId }));
    throw error;
  }
}
