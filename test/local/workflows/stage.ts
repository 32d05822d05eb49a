import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { settingsFor } from '../../../lib/config.ts';
import { Workflow, type WorkflowParts } from '../../../lib/constructs/workflow.ts';
import { arnOf } from '../../../local/cloud/account.ts';
import { type Plan, planOf } from '../../../local/cloud/plan.ts';
import type { Template } from '../../../local/cloud/template.ts';
import { type RoleAuthorizer, roleAuthorizer } from '../../../local/engines/iam.ts';
import { type StepFunctionsEngine, startStepFunctions } from '../../../local/engines/step-functions.ts';
import { accessKeyIdOfRole, SECRET_ACCESS_KEY } from '../../../local/lambda/function-env.ts';
import { InvocationError } from '../../../local/lambda/invocation-error.ts';
import { CLIENT } from '../engines/everyone.ts';

/** Draws one machine with CDK; `fn` is a function that its tasks may call, `bucket` one that its maps may use. */
export type Draw = (
  scope: Construct,
  fn: IFunction,
  bucket: Bucket,
) => Omit<WorkflowParts, 'settings' | 'timeout' | 'calls'> & Partial<WorkflowParts>;

/** What the laptop makes of a stack with one machine. */
export function planOfMachine(draw: Draw): Plan {
  const app = new App({ context: cdkJson.context });
  const stack = new Stack(app, 'Stage');
  const fn = LambdaFunction.fromFunctionArn(stack, 'Worker', arnOf('lambda', 'function:Worker'));
  const bucket = new Bucket(stack, 'Files');
  const settings = settingsFor('laptop');
  new Workflow(stack, 'Flow', { settings, calls: [fn], timeout: Duration.hours(1), ...draw(stack, fn, bucket) });
  const template = app.synth().getStackByName('Stage').template as Template;
  return planOf([{ name: 'Stage', assetsDir: '', template }], { doorDomain: () => 'localhost', secretValue: () => '' });
}

export type Invoke = (event: unknown, functionName: string) => unknown;

export type Played = {
  readonly client: SFNClient;
  readonly engine: StepFunctionsEngine;
  readonly iam: RoleAuthorizer;
  readonly machineArn: string;
  readonly roleName: string;
  readonly start: (input: unknown, name?: string) => Promise<string>;
  /** The execution when it is over. */
  readonly ended: (arn: string) => Promise<DescribeExecutionOutput>;
  readonly run: (input: unknown) => Promise<DescribeExecutionOutput>;
  readonly close: () => Promise<void>;
};

export type StageOptions = {
  /** Where executions are kept; without it they end with the engine. */
  readonly dataDir?: string;
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Roles that other engines of the same stage find out about. */
  readonly iam?: RoleAuthorizer;
};

/** Who starts executions in these tests. */
export const CALLER = { accessKeyId: 'caller', secretAccessKey: SECRET_ACCESS_KEY };

/** Access by the roles of the plan; the caller may do everything with executions and objects. */
export const rolesOfPlan = (plan: Plan): RoleAuthorizer =>
  roleAuthorizer([
    ...plan.roles.map((role) => ({ ...role, accessKeyId: accessKeyIdOfRole(role.name) })),
    {
      name: 'caller',
      accessKeyId: CALLER.accessKeyId,
      statements: [{ effect: 'Allow', actions: ['states:*', 's3:*'], resources: ['*'] }],
    },
  ]);

/** The machine of the plan at work; `invoke` plays the function. */
export async function playPlan(plan: Plan, invoke: Invoke, options: StageOptions = {}): Promise<Played> {
  const [machine] = plan.stateMachines;
  if (machine === undefined) throw new Error('The plan has no machine.');
  const { iam = rolesOfPlan(plan), endpoints = {}, dataDir } = options;
  const kept = dataDir === undefined ? {} : { dataDir };
  const engine = await startStepFunctions({ machines: plan.stateMachines, authorize: iam.authorize, ...kept });
  const tasks = { invoke: async (name: string, event: unknown) => invoke(event, name), endpoints };
  const executions = await engine.play(tasks, () => undefined);
  const client = new SFNClient({ ...CLIENT, endpoint: engine.url, credentials: CALLER });

  async function start(input: unknown, name?: string): Promise<string> {
    const command = { stateMachineArn: machine?.arn, input: JSON.stringify(input), name };
    return (await client.send(new StartExecutionCommand(command))).executionArn ?? '';
  }
  async function ended(executionArn: string): Promise<DescribeExecutionOutput> {
    for (;;) {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (execution.status !== 'RUNNING') return execution;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  return {
    client,
    engine,
    iam,
    machineArn: machine.arn,
    roleName: machine.roleName,
    start,
    ended,
    run: async (input) => ended(await start(input)),
    async close() {
      client.destroy();
      await executions.close();
      await engine.close();
    },
  };
}

export const outputOf = ({ output = 'null' }: { readonly output?: string | undefined }): unknown => JSON.parse(output);

export const failing = (errorType: string, errorMessage: string): InvocationError =>
  new InvocationError({ errorType, errorMessage, stack: '' });
