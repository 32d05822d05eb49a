import {
  Choice,
  Condition,
  Errors,
  Fail,
  Map as InlineMap,
  JsonPath,
  Parallel,
  Pass,
  Succeed,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { type Draw, failing, type Invoke, type Played, planOfMachine, playPlan } from './stage.ts';

async function played(draw: Draw, invoke: Invoke, use: (flow: Played) => Promise<void>): Promise<void> {
  const flow = await playPlan(planOfMachine(draw), invoke);
  try {
    await use(flow);
  } finally {
    await flow.close();
  }
}

const NO_RETRY = { retryOnServiceExceptions: false } as const;
const output = (execution: { output?: string | undefined }): unknown =>
  JSON.parse(execution.output ?? 'null') as unknown;

describe('a task', () => {
  it('hands its payload to the function, and what that answers to the next state', () =>
    played(
      (scope, lambdaFunction) => ({
        start: new LambdaInvoke(scope, 'First', {
          lambdaFunction,
          resultPath: '$.first',
          resultSelector: { 'is.$': '$.Payload' },
        }).next(new LambdaInvoke(scope, 'Second', { lambdaFunction, outputPath: '$.Payload' })),
      }),
      (event) => ({ saw: event }),
      async ({ run }) => {
        const execution = await run({ a: 1 });
        expect(execution).toMatchObject({ status: 'SUCCEEDED', input: '{"a":1}' });
        expect(output(execution)).toEqual({ saw: { a: 1, first: { is: { saw: { a: 1 } } } } });
      },
    ));
});
