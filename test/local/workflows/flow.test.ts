import {
  Choice,
  Condition,
  Errors,
  Fail,
  type IChainable,
  Map as InlineMap,
  JsonPath,
  Parallel,
  Pass,
  Result,
  Succeed,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, type LambdaInvokeProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { failing, type Invoke, outputOf, type Played, planOfMachine, playPlan } from './stage.ts';

type Ask = (id: string, props?: Partial<LambdaInvokeProps>) => LambdaInvoke;

/** Plays the machine that `draw` draws; `ask` makes a task that calls the function and answers its payload. */
async function played(
  draw: (ask: Ask, scope: Construct) => IChainable,
  invoke: Invoke,
  use: (flow: Played) => Promise<void>,
): Promise<void> {
  const plan = planOfMachine((scope, lambdaFunction) => ({
    start: draw(
      (id, props) =>
        new LambdaInvoke(scope, id, {
          lambdaFunction,
          retryOnServiceExceptions: false,
          payloadResponseOnly: false,
          outputPath: '$.Payload',
          ...props,
        }),
      scope,
    ),
  }));
  const flow = await playPlan(plan, invoke);
  try {
    await use(flow);
  } finally {
    await flow.close();
  }
}

const echo: Invoke = (event) => event;
describe('data', () => {
  it('goes to the function as its payload, and what that answers to the next state', () =>
    played(
      (ask) =>
        ask('First', { outputPath: '$', resultPath: '$.first', resultSelector: { 'is.$': '$.Payload' } }).next(
          ask('Second'),
        ),
      (event) => ({ saw: event }),
      async (flow) => {
        const execution = await flow.run({ a: 1 });
        expect(execution).toMatchObject({ status: 'SUCCEEDED', input: '{"a":1}' });
        expect(outputOf(execution)).toEqual({ saw: { a: 1, first: { is: { saw: { a: 1 } } } } });
      },
    ));

  it('of the execution is what a state sees in its context, also inside branches', () =>
    played(
      (ask, scope) =>
        new Pass(scope, 'Other', { parameters: { other: true } }).next(
          new Parallel(scope, 'Both').branch(
            ask('Ask', {
              payload: TaskInput.fromObject({
                'arn.$': '$$.Execution.Id',
                'input.$': '$$.Execution.Input',
                'name.$': "States.Format('{}!', $$.Execution.Name)",
                'state.$': '$$.State.Name',
                'machine.$': '$$.StateMachine.Name',
              }),
            }),
          ),
        ),
      echo,
      async (flow) => {
        const arn = await flow.start({ a: 1 }, 'mine');
        expect(outputOf(await flow.ended(arn))).toEqual([
          { arn, input: { a: 1 }, name: 'mine!', state: 'Ask', machine: flow.machineArn.split(':').at(-1) },
        ]);
      },
    ));

  it.each<[claim: string, result: Result]>([
    ['false', Result.fromBoolean(false)],
    ['zero', Result.fromNumber(0)],
    ['text', Result.fromString('text')],
  ])('made by a Pass state may be %s', (_claim, result) =>
    played(
      (_ask, scope) => new Pass(scope, 'Constant', { result, resultPath: '$.made' }),
      echo,
      async (flow) => expect(outputOf(await flow.run({}))).toEqual({ made: result.value }),
    ),
  );

  it('may have members that are called as those of states are', () => {
    const data = { ResultPath: '$', rule: { Variable: '$.n', IsPresent: false }, TextPath: '$$.Execution', States: {} };
    return played(
      (ask, scope) =>
        ask('Parameters', {
          payload: TaskInput.fromObject({ ...data, 'name.$': '$$.Execution.Name' }),
          outputPath: '$',
          resultSelector: { 'asked.$': '$.Payload' },
        }).next(new Pass(scope, 'Result', { result: Result.fromObject(data), resultPath: '$.constant' })),
      echo,
      async (flow) => {
        const execution = await flow.ended(await flow.start({}, 'mine'));
        expect(outputOf(execution)).toEqual({ asked: { ...data, name: 'mine' }, constant: data });
      },
    );
  });

  it('is what a task gives where its ResultPath is the whole', () =>
    played(
      (ask) => ask('Ask', { outputPath: '$', resultPath: '$', resultSelector: { 'got.$': '$.Payload' } }),
      echo,
      async (flow) => expect(outputOf(await flow.run({ a: 1 }))).toEqual({ got: { a: 1 } }),
    ));

  it('larger than 256 KiB fails with States.DataLimitExceeded, which States.ALL does not catch', () =>
    played(
      (ask, scope) => ask('Huge').addCatch(new Succeed(scope, 'Caught')),
      () => 'x'.repeat(262_145),
      async (flow) => {
        expect(await flow.run({})).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
      },
    ));
});

describe('a choice', () => {
  const choosing = (ask: Ask, scope: Construct): IChainable => {
    const end = (name: string) => new Pass(scope, name, { result: Result.fromString(name) });
    return new Choice(scope, 'Which')
      .when(Condition.isNotPresent('$.n'), end('none'))
      .when(Condition.numberGreaterThan('$.n', 10), end('many'))
      .when(Condition.and(Condition.isNumeric('$.n'), Condition.numberLessThan('$.n', 0)), ask('negative'))
      .when(Condition.isString('$.n'), new Fail(scope, 'Wrong', { error: 'NotANumber', causePath: '$.n' }))
      .otherwise(end('some'));
  };

  it.each<[input: object, leadsTo: unknown]>([
    [{}, 'none'],
    [{ n: 11 }, 'many'],
    [{ n: 3 }, 'some'],
    [{ n: -1 }, { n: -1 }],
  ])('of %j leads to %j', (input, expected) =>
    played(choosing, echo, async (flow) => expect(outputOf(await flow.run(input))).toEqual(expected)),
  );

  it('may lead to a failure with the machine’s own words', () =>
    played(choosing, echo, async (flow) => {
      expect(await flow.run({ n: 'five' })).toMatchObject({ status: 'FAILED', error: 'NotANumber', cause: 'five' });
    }));
});

describe('a failure', () => {
  it('of the function has its name, and as cause what Lambda answers', () =>
    played(
      (ask) => ask('Ask'),
      () => {
        throw failing('TypeError', 'no such row');
      },
      async (flow) => {
        const { status, error, cause = '' } = await flow.run({});
        expect([status, error]).toEqual(['FAILED', 'TypeError']);
        expect(JSON.parse(cause)).toMatchObject({ errorType: 'TypeError', errorMessage: 'no such row' });
      },
    ));

  it('that a retrier knows is tried again with growing waits, as often as it says', () => {
    const callsAtMs: number[] = [];
    return played(
      (ask) => ask('Ask').addRetry({ errors: ['Busy'], interval: Duration.seconds(1), maxAttempts: 2, backoffRate: 1 }),
      () => {
        callsAtMs.push(Date.now());
        throw failing(callsAtMs.length < 3 ? 'Busy' : 'Broken', '');
      },
      async (flow) => {
        expect(await flow.run({})).toMatchObject({ status: 'FAILED', error: 'Broken' });
        const waitsMs = callsAtMs.slice(1).map((at, index) => at - (callsAtMs[index] ?? 0));
        expect(waitsMs.every((waitMs) => waitMs >= 990)).toBe(true);
        expect(waitsMs).toHaveLength(2);
      },
    );
  });

  it.each<[errors: string[], status: string]>([
    [['States.ALL'], 'SUCCEEDED'],
    [[Errors.TASKS_FAILED], 'SUCCEEDED'],
    [['Gone'], 'SUCCEEDED'],
    [['Other'], 'FAILED'],
  ])('is caught by %j: %s', (errors, status) =>
    played(
      (ask, scope) => ask('Ask').addCatch(new Pass(scope, 'Caught'), { errors, resultPath: '$.failure' }),
      () => {
        throw failing('Gone', 'away');
      },
      async (flow) => {
        const execution = await flow.run({ id: 7 });
        expect(execution.status).toBe(status);
        if (status === 'SUCCEEDED') {
          expect(outputOf(execution)).toMatchObject({ id: 7, failure: { Error: 'Gone' } });
        }
      },
    ),
  );

  it.each<[errors: string[], error: string]>([
    [[Errors.TASKS_FAILED], 'States.Timeout'],
    [[Errors.TIMEOUT], ''],
  ])('by time is States.Timeout, which %j catches or does not', (errors, error) =>
    played(
      (ask, scope) =>
        ask('Slow', { taskTimeout: Timeout.duration(Duration.seconds(1)) }).addCatch(new Succeed(scope, 'Late'), {
          errors,
        }),
      () => new Promise(() => undefined),
      async (flow) => expect((await flow.run({})).error ?? '').toBe(error),
    ),
  );

  it('of a branch ends the others and is the failure of all', () =>
    played(
      (ask, scope) =>
        new Parallel(scope, 'Both').branch(
          ask('Fails'),
          new Wait(scope, 'Long', { time: WaitTime.duration(Duration.hours(1)) }),
        ),
      () => {
        throw failing('Gone', '');
      },
      async (flow) => expect(await flow.run({})).toMatchObject({ status: 'FAILED', error: 'Gone' }),
    ));

  it('of a path names States.Runtime', () =>
    played(
      (ask) => ask('Ask', { payload: TaskInput.fromJsonPathAt('$.missing') }),
      echo,
      async (flow) => expect(await flow.run({})).toMatchObject({ status: 'FAILED', error: 'States.Runtime' }),
    ));
});

describe('several at once', () => {
  it('answer in their order, not in that of their ends', () => {
    let running = 0;
    let most = 0;
    return played(
      (ask, scope) =>
        new InlineMap(scope, 'Each', {
          itemsPath: '$.items',
          itemSelector: { 'item.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index', 'of.$': '$.of' },
          maxConcurrency: 3,
        }).itemProcessor(ask('Work')),
      async (event) => {
        running += 1;
        most = Math.max(most, running);
        const { item, index, of } = event as { item: number; index: number; of: string };
        await new Promise((resolve) => setTimeout(resolve, 20 - item));
        running -= 1;
        return `${of}${index}:${item}`;
      },
      async (flow) => {
        const execution = await flow.run({ of: 'row', items: [1, 9, 3, 11, 5] });
        expect(outputOf(execution)).toEqual(['row0:1', 'row1:9', 'row2:3', 'row3:11', 'row4:5']);
        expect(most).toBe(3);
      },
    );
  });

  it('may be branches, each with the input of all', () =>
    played(
      (ask, scope) =>
        new Parallel(scope, 'Both', { resultSelector: { 'a.$': '$[0].n', 'b.$': '$[1]' } }).branch(
          ask('A'),
          new Pass(scope, 'B', { parameters: { 'twice.$': 'States.MathAdd($.n, $.n)' } }),
        ),
      echo,
      async (flow) => expect(outputOf(await flow.run({ n: 4 }))).toEqual({ a: 4, b: { twice: 8 } }),
    ));
});

describe('time', () => {
  it('to wait may be in the input', () =>
    played(
      (_ask, scope) => new Wait(scope, 'Until', { time: WaitTime.timestampPath('$.at') }),
      echo,
      async (flow) => {
        const at = new Date(Date.now() + 300);
        const { stopDate } = await flow.run({ at: at.toISOString() });
        expect(stopDate?.getTime()).toBeGreaterThanOrEqual(at.getTime());
      },
    ));

  it('of the whole machine is over: TIMED_OUT', async () => {
    const plan = planOfMachine((scope) => ({
      start: new Wait(scope, 'Long', { time: WaitTime.secondsPath(JsonPath.stringAt('$.s')) }),
      timeout: Duration.seconds(1),
    }));
    const flow = await playPlan(plan, echo);
    expect(await flow.run({ s: 60 })).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    await flow.close();
  });
});
