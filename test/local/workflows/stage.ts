import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
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
import { accessKeyIdOfRole } from '../../../local/lambda/function-env.ts';
import { InvocationError } from '../../../local/lambda/invocation-error.ts';
import { CLIENT } from '../engines/everyone.ts';

/** Draws one machine with CDK; `fn` is a function that its tasks may call. */
export type Draw = (
  scope: Construct,
  fn: IFunction,
) => Omit<WorkflowParts, 'settings' | 'timeout' | 'calls'> & Partial<WorkflowParts>;

export const FUNCTION_ARN = arnOf('lambda', 'function:Worker');

/** What the laptop makes of a stack with one machine. */
export function planOfMachine(draw: Draw): Plan {
  const app = new App({ context: cdkJson.context });
  const stack = new Stack(app, 'Stage');
  const fn = LambdaFunction.fromFunctionArn(stack, 'Worker', FUNCTION_ARN);
  const settings = settingsFor('laptop');
  new Workflow(stack, 'Flow', { settings, calls: [fn], timeout: Duration.hours(1), ...draw(stack, fn) });
  const template = app.synth().getStackByName('Stage').template as Template;
  return planOf([{ name: 'Stage', assetsDir: '', template }], {
    doorDomain: () => 'localhost',
    secretValue: () => '',
  });
}

export type Invoke = (event: unknown, functionName: string) => unknown;

export type Played = {
  readonly client: SFNClient;
  readonly engine: StepFunctionsEngine;
  readonly iam: RoleAuthorizer;
  readonly machineArn: string;
  readonly roleName: string;
  start(input: unknown, name?: string): Promise<string>;
  /** The execution when it is over. */
  ended(arn: string): Promise<DescribeExecutionOutput>;
  run(input: unknown): Promise<DescribeExecutionOutput>;
  close(): Promise<void>;
};

const CALLER = 'caller';

/** Everything of the plan at work; `invoke` plays the function. */
export async function playPlan(
  plan: Plan,
  invoke: Invoke,
  options: { readonly dataDir?: string; readonly endpoints?: Readonly<Record<string, string>> } = {},
): Promise<Played> {
  const [machine] = plan.stateMachines;
  if (machine === undefined) throw new Error('The plan has no machine.');
  const all = { effect: 'Allow', actions: ['states:*', 's3:*'], resources: ['*'] } as const;
  const iam = roleAuthorizer([
    ...plan.roles.map((role) => ({ ...role, accessKeyId: accessKeyIdOfRole(role.name) })),
    { name: CALLER, accessKeyId: CALLER, statements: [all] },
  ]);
  const engine = await startStepFunctions({ machines: plan.stateMachines, authorize: iam.authorize, ...options });
  const tasks = {
    invoke: async (name: string, event: unknown) => invoke(event, name),
    endpoints: options.endpoints ?? {},
  };
  const executions = await engine.play(tasks, () => undefined);
  const client = new SFNClient({
    ...CLIENT,
    endpoint: engine.url,
    credentials: { accessKeyId: CALLER, secretAccessKey: 'x' },
  });

  async function start(input: unknown, name?: string): Promise<string> {
    const started = await client.send(
      new StartExecutionCommand({ stateMachineArn: machine?.arn, input: JSON.stringify(input), name }),
    );
    return started.executionArn ?? '';
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

export const failing = (errorType: string, errorMessage: string): InvocationError =>
  new InvocationError({ errorType, errorMessage, stack: '' });
