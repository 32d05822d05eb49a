import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { BatchRun } from '../core/batches/batch.ts';
import type { BatchRuns } from '../core/batches/batch-store.ts';

/** How often a run is tidied up at most. */
const TIDYING_MS = 900_000;

/** Runs as executions named by batch and run, names that Step Functions gives out once. */
export function batchRuns(client: SFNClient, stateMachineArn: string, nowMs: () => number): BatchRuns {
  const nameOf = ({ id, run }: BatchRun): string => `${id}-${run}`;
  const executionArn = (batch: BatchRun): string =>
    `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${nameOf(batch)}`;

  const start = async (batch: BatchRun, task: 'make' | 'tidy', name: string): Promise<void> => {
    const input = JSON.stringify({ task, workspace_id: batch.workspaceId, batch_id: batch.id, run: batch.run });
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) throw error;
    }
  };

  return {
    start: (batch) => start(batch, 'make', nameOf(batch)),
    startTidying: (batch) => start(batch, 'tidy', `${nameOf(batch)}-tidy-${Math.floor(nowMs() / TIDYING_MS)}`),

    async look(batch) {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn: executionArn(batch) }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return 'unknown';
        throw error;
      }
    },

    async stop(batch) {
      try {
        await client.send(
          new StopExecutionCommand({ executionArn: executionArn(batch), cause: 'The batch was cancelled.' }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },
  };
}
