import type { Role } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { WorkflowPlace } from '../powers.ts';
import { acceptWildcard } from './accepted.ts';
import type { Surroundings } from './surroundings.ts';

type Workflows = NonNullable<Surroundings['workflows']>;

/** The ARNs of each place of a workflow that a function can be given powers on. */
export const WORKFLOW_PLACES: Readonly<Record<WorkflowPlace, (workflows: Workflows) => readonly string[]>> = {
  reportWorkflow: ({ reports }) => [reports.stateMachineArn],
  reportRuns: ({ reports }) => [executionsOf(reports)],
  batchWorkflow: ({ batches }) => [machineOf(batches).stateMachineArn],
  batchRuns: ({ batches }) => [executionsOf(machineOf(batches))],
};

export const isWorkflowPlace = (place: string): place is WorkflowPlace => Object.hasOwn(WORKFLOW_PLACES, place);

export function acceptRuns(role: Role, machine: StateMachine): void {
  acceptWildcard(
    role,
    executionsOf(machine),
    'Executions have the names of reports and batches; the role may only look at and stop those of this machine.',
  );
}

function machineOf(machine: StateMachine | undefined): StateMachine {
  if (machine === undefined) throw new Error('This stack stands before the state machine of batches.');
  return machine;
}

const executionsOf = (machine: StateMachine): string =>
  Stack.of(machine).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine.stateMachineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
