import type { Role } from 'aws-cdk-lib/aws-iam';
import type { CfnStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { WorkflowPlace } from '../powers.ts';
import { acceptFinding } from './accepted.ts';
import type { Surroundings } from './surroundings.ts';

type Workflows = NonNullable<Surroundings['workflows']>;

/** The ARNs of each place of a workflow that a function can be given powers on. */
export const WORKFLOW_PLACES: Readonly<Record<WorkflowPlace, (workflows: Workflows) => readonly string[]>> = {
  reportWorkflow: ({ reports }) => [reports.stateMachineArn],
  reportRuns: ({ reports }) => [executionsOf(reports)],
};

export const isWorkflowPlace = (place: string): place is WorkflowPlace => Object.hasOwn(WORKFLOW_PLACES, place);

export function acceptRuns(role: Role, machine: StateMachine): void {
  const machineId = Stack.of(machine).getLogicalId(machine.node.defaultChild as CfnStateMachine);
  acceptFinding(
    role,
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<${machineId}.Name>:*]`,
    'Executions have the names of reports; the role may only look at and stop those of this machine.',
  );
}

const executionsOf = (machine: StateMachine): string =>
  Stack.of(machine).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine.stateMachineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
