import { Effect, Policy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import {
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
import { WORKFLOW_POWERS } from '../service-powers.ts';
import { acceptFindings, acceptWildcard } from './accepted.ts';
import { stageLogGroup } from './log-group.ts';

/** Objects of a bucket whose keys begin so. */
export type Folder = { readonly bucket: IBucket; readonly prefix: string };

export type WorkflowParts = {
  readonly settings: StageSettings;
  /** The first state. `LambdaInvoke`, `DistributedMap` and their like may be used; they grant nothing here. */
  readonly start: IChainable;
  /** What its tasks call. */
  readonly calls: readonly IFunction[];
  /** What else its tasks do. */
  readonly may?: readonly PolicyStatement[];
  /** Where its distributed map, if it has one, reads items and writes results; null where it does not. */
  readonly map?: { readonly items: Folder | null; readonly results: Folder | null };
  /** After this long it ends as TIMED_OUT. */
  readonly timeout: Duration;
};

/** A Standard state machine in JSONPath with a role that allows what it does and nothing else; it logs every event, without data. */
export class Workflow extends Construct {
  readonly machine: StateMachine;
  /** For accepting what `may` adds to it. */
  readonly role: Role;

  constructor(scope: Construct, id: string, parts: WorkflowParts) {
    super(scope, id);
    const { settings, start, timeout } = parts;
    this.role = workflowRole(this, parts);
    this.machine = new StateMachine(this, 'Machine', {
      comment: `Signpost ${settings.stage}: ${id}`,
      stateMachineType: StateMachineType.STANDARD,
      queryLanguage: QueryLanguage.JSON_PATH,
      definitionBody: DefinitionBody.fromChainable(start),
      // CDK's task classes would add every version of a function, and more.
      role: this.role.withoutPolicyUpdates(),
      timeout,
      // The data of an event holds what customers wrote.
      logs: { destination: stageLogGroup(this, 'Logs', settings), level: LogLevel.ALL, includeExecutionData: false },
    });
    const untraced =
      'Traces would cost more than executions and need rights on every resource; each step is in the log.';
    acceptFindings(this.machine, {
      'AwsSolutions-SF2': untraced,
      'Serverless-StepFunctionStateMachineXray': untraced,
    });
    if (parts.map !== undefined) letStartChildren(this, this.machine, this.role);
  }
}

function workflowRole(scope: Construct, { calls, may = [], map }: WorkflowParts): Role {
  const functionArns = calls.map(({ functionArn }) => functionArn);
  const objects = ({ bucket, prefix }: Folder): string => bucket.arnForObjects(`${prefix}*`);
  const { items = null, results = null } = map ?? {};
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
          ...(functionArns.length === 0 ? [] : [allow('CallFunctions', WORKFLOW_POWERS.calls, functionArns)]),
          ...(items === null ? [] : [allow('ReadItems', WORKFLOW_POWERS.readItems, [objects(items)])]),
          ...(results === null ? [] : [allow('WriteResults', WORKFLOW_POWERS.writeResults, [objects(results)])]),
          ...may,
          allow('DeliverLogs', WORKFLOW_POWERS.logs, ['*']),
        ],
      }),
    },
  });
  const anywhere = 'AWS knows the actions of log delivery on every resource only.';
  acceptFindings(role, { 'AwsSolutions-IAM5[Resource::*]': anywhere, 'Serverless-LambdaStarPermissions': anywhere });
  for (const folder of [items, results]) {
    if (folder === null) continue;
    acceptWildcard(
      role,
      objects(folder),
      'Each execution has objects of its own below this prefix; its input names them.',
    );
  }
  return role;
}

/** A policy of its own, because it names the machine that the role is made for. */
function letStartChildren(scope: Construct, machine: StateMachine, role: Role): void {
  const executionsArn = Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine.stateMachineName}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  // CDK's own would also let it redrive; attached to nothing, it is not in the template, but rules judge it all the same.
  machine.node.tryRemoveChild('DistributedMapPolicy');
  const policy = new Policy(scope, 'Children', {
    roles: [role],
    statements: [
      allow('StartChildren', WORKFLOW_POWERS.startChildren, [machine.stateMachineArn]),
      allow('WatchChildren', WORKFLOW_POWERS.children, [executionsArn]),
    ],
  });
  acceptWildcard(
    policy,
    executionsArn,
    'Step Functions names the children itself; the role may only watch and stop executions of its own machine.',
  );
}

const allow = (sid: string, actions: readonly string[], resources: readonly string[]) =>
  new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
