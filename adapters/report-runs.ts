import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ReportRuns } from '../core/reports/report-ports.ts';

const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_TIMEOUT_MS = 1_000;

/** The SDK's client of Step Functions. */
export const workflowClient = (): SFNClient =>
  new SFNClient({
    maxAttempts: 5,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
    },
  });

/** Runs as executions that have the report's id as name, which Step Functions gives out once. */
export function reportRuns(client: SFNClient, stateMachineArn: string): ReportRuns {
  const executionArn = (id: string): string => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${id}`;

  return {
    async start({ workspaceId, id }) {
      const input = JSON.stringify({ workspace_id: workspaceId, report_id: id });
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name: id, input }));
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },

    async look(reportId) {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn: executionArn(reportId) }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE' ? 'running' : 'ended';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return 'unknown';
        throw error;
      }
    },

    async stop(reportId) {
      try {
        await client.send(
          new StopExecutionCommand({ executionArn: executionArn(reportId), cause: 'The report was cancelled.' }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },
  };
}
