import { Effect, Policy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type CfnStateMachine,
  DefinitionBody,
  type IChainable,
  LogLevel,
  QueryLanguage,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { ArnFormat, Aws, type Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import { WORKFLOW_POWERS } from '../powers.ts';
import { acceptFinding, acceptFindings } from './accepted.ts';
import { stageLogGroup } from './log-group.ts';

export type WorkflowParts = {
  readonly settings: StageSettings;
  /** The first state; `LambdaInvoke`, `DistributedMap` and the like may be used, they grant nothing here. */
  readonly start: IChainable;
  /** What its tasks call. */
  readonly calls: readonly IFunction[];
  /** What else it does: reads the items of a map, writes its results, asks Athena. */
  readonly may?: readonly PolicyStatement[];
  /** Whether it has a distributed map: that starts executions of the same machine. */
  readonly hasChildren?: boolean;
  /** After this long it ends as TIMED_OUT. */
  readonly timeout: Duration;
};

/** A Standard state machine in JSONPath with a role that allows what it does and nothing else; it logs every event without its data. */
export class Workflow extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, parts: WorkflowParts) {
    super(scope, id);
    const { settings, start, timeout } = parts;
    const role = workflowRole(this, parts);
    this.machine = new StateMachine(this, 'Machine', {
      comment: `Signpost ${settings.stage}: ${id}`,
      stateMachineType: StateMachineType.STANDARD,
      queryLanguage: QueryLanguage.JSON_PATH,
      definitionBody: DefinitionBody.fromChainable(start),
      // CDK's task classes would add every version of a function, and more.
      role: role.withoutPolicyUpdates(),
      timeout,
      // What customers wrote is in the data of an event, not in a log.
      logs: { destination: stageLogGroup(this, 'Logs', settings), level: LogLevel.ALL, includeExecutionData: false },
    });
    acceptFindings(this.machine, {
      'AwsSolutions-SF2':
        'Traces would cost more than the executions and need rights on every resource; each step is in the log.',
    });
    if (parts.hasChildren === true) letStartChildren(this, this.machine, role);
  }
}

function workflowRole(scope: Construct, { calls, may = [] }: WorkflowParts): Role {
  const role = new Role(scope, 'Role', {
    // Without the condition a state machine of anybody's account could be given this role.
    assumedBy: new ServicePrincipal('states.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
    description: 'What a Signpost state machine may do',
    inlinePolicies: {
      powers: new PolicyDocument({
        minimize: false,
        statements: [
          ...(calls.length === 0
            ? []
            : [
                allow(
                  'Call',
                  WORKFLOW_POWERS.calls,
                  calls.map(({ functionArn }) => functionArn),
                ),
              ]),
          ...may,
          allow('DeliverLogs', WORKFLOW_POWERS.logs, ['*']),
        ],
      }),
    },
  });
  acceptFindings(role, {
    'AwsSolutions-IAM5[Resource::*]': 'AWS knows the actions of log delivery on every resource only.',
  });
  return role;
}

/** A policy of its own, because it names the machine that the role is made for. */
function letStartChildren(scope: Construct, machine: StateMachine, role: Role): void {
  const executionArn = (resourceName: string): string =>
    Stack.of(scope).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  const policy = new Policy(scope, 'Children', {
    roles: [role],
    statements: [
      allow('StartChildren', WORKFLOW_POWERS.startChildren, [machine.stateMachineArn]),
      allow('WatchChildren', WORKFLOW_POWERS.children, [executionArn(`${machine.stateMachineName}:*`)]),
    ],
  });
  const machineId = Stack.of(machine).getLogicalId(machine.node.defaultChild as CfnStateMachine);
  acceptFinding(
    policy,
    `AwsSolutions-IAM5[Resource::${executionArn(`<${machineId}.Name>:*`)}]`,
    'Step Functions names the children itself; the role may only watch and stop executions of its own machine.',
  );
}

const allow = (sid: string, actions: readonly string[], resources: readonly string[]) =>
  new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
