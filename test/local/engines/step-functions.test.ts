import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { StateMachinePlan } from '../../../local/cloud/state-machines.ts';
import type { EngineCall } from '../../../local/engines/engine.ts';
import { roleAuthorizer } from '../../../local/engines/iam.ts';
import { type StepFunctionsEngine, startStepFunctions } from '../../../local/engines/step-functions.ts';
import type { Definition } from '../../../local/workflows/definition.ts';
import { CLIENT, CREDENTIALS, everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const LAMBDA = 'arn:aws:states:::lambda:invoke';
const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:Worker';
const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:Flow';
const EXECUTION = 'arn:aws:states:us-east-1:000000000000:execution:Flow';

const ask = {
  Type: 'Task',
  Resource: LAMBDA,
  Parameters: { FunctionName: FUNCTION, 'Payload.$': '$' },
  End: true,
} as const;
const asking: Definition = { StartAt: 'Ask', States: { Ask: ask } };
const waiting: Definition = { StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 3_600, End: true } } };

const machineOf = (definition: Definition, more: Partial<StateMachinePlan> = {}): StateMachinePlan => ({
  name: 'Flow',
  arn: MACHINE,
  roleName: 'flow-role',
  roleArn: 'arn:aws:iam::000000000000:role/flow-role',
  definition,
  logs: false,
  ...more,
});

type Bench = { readonly client: SFNClient; readonly engine: StepFunctionsEngine };
type Options = Partial<Parameters<typeof startStepFunctions>[0]> & { readonly invoke?: (event: unknown) => unknown };

async function withEngine(
  definition: Definition,
  use: (bench: Bench) => Promise<void>,
  options: Options = {},
): Promise<void> {
  const { invoke = (event) => event, ...others } = options;
  const engine = await startStepFunctions({ machines: [machineOf(definition)], authorize: everyone, ...others });
  const tasks = { invoke: async (_name: string, event: unknown) => invoke(event), endpoints: {} };
  const executions = await engine.play(tasks, () => undefined);
  const client = new SFNClient({ ...CLIENT, endpoint: engine.url });
  try {
    await use({ client, engine });
  } finally {
    client.destroy();
    await executions.close();
    await engine.close();
  }
}

const start = (client: SFNClient, name?: string, input?: string) =>
  client.send(new StartExecutionCommand({ stateMachineArn: MACHINE, name, input }));
const describeExecution = (client: SFNClient, name: string) =>
  client.send(new DescribeExecutionCommand({ executionArn: `${EXECUTION}:${name}` }));
const stop = (client: SFNClient, name: string, error?: string, cause?: string) =>
  client.send(new StopExecutionCommand({ executionArn: `${EXECUTION}:${name}`, error, cause }));

async function ended(client: SFNClient, name: string) {
  for (;;) {
    const execution = await describeExecution(client, name);
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const refused = (name: string) => expect.objectContaining({ name }) as unknown;

describe('an execution', () => {
  it('has a name of its own when it is given none', () =>
    withEngine(asking, async ({ client }) => {
      const { executionArn = '', startDate } = await start(client);
      expect(executionArn).toMatch(/:execution:Flow:[0-9a-f-]{36}$/);
      expect(startDate?.getTime()).toBeCloseTo(Date.now(), -5);
      const execution = await ended(client, executionArn.split(':').at(-1) ?? '');
      expect(execution).toMatchObject({ executionArn, stateMachineArn: MACHINE, status: 'SUCCEEDED', input: '{}' });
      expect(execution.stopDate?.getTime()).toBeGreaterThanOrEqual(startDate?.getTime() ?? 0);
    }));

  it('that runs is not started again under its name, with the same input it is answered', () =>
    withEngine(waiting, async ({ client }) => {
      const first = await start(client, 'once', '{"a":1}');
      expect(await start(client, 'once', '{"a":1}')).toMatchObject({
        executionArn: first.executionArn,
        startDate: first.startDate,
      });
      await expect(start(client, 'once', '{"a":2}')).rejects.toEqual(refused('ExecutionAlreadyExists'));
    }));

  it('that is over keeps its name for 90 days', async () => {
    const dataDir = newFolder();
    await withEngine(
      asking,
      async ({ client }) => {
        await start(client, 'once');
        await ended(client, 'once');
        await expect(start(client, 'once')).rejects.toEqual(refused('ExecutionAlreadyExists'));
      },
      { dataDir },
    );
    const afterwards = (days: number) => ({ dataDir, nowMs: () => Date.now() + days * 86_400_000 });
    await withEngine(
      asking,
      async ({ client }) => {
        expect(await describeExecution(client, 'once')).toMatchObject({
          status: 'SUCCEEDED',
          output: expect.any(String) as string,
        });
        await expect(start(client, 'once')).rejects.toEqual(refused('ExecutionAlreadyExists'));
      },
      afterwards(89),
    );
    await withEngine(asking, async ({ client }) => void (await start(client, 'once')), afterwards(91));
  });

  it('that runs when the laptop ends goes on after the next start', async () => {
    const dataDir = newFolder();
    const never = (): Promise<never> => new Promise(() => undefined);
    await withEngine(asking, async ({ client }) => void (await start(client, 'mine', '{"a":1}')), {
      dataDir,
      invoke: never,
    });
    writeFileSync(join(dataDir, 'journals', 'of-one-that-is-over.jsonl'), '');
    await withEngine(
      asking,
      async ({ client }) => {
        const execution = await ended(client, 'mine');
        expect(execution.status).toBe('SUCCEEDED');
        expect(JSON.parse(execution.output ?? '')).toMatchObject({ Payload: { a: 1 }, StatusCode: 200 });
        expect(readdirSync(join(dataDir, 'journals'))).toEqual([]);
      },
      { dataDir },
    );
  });

  it('that is stopped is ABORTED with the words it was stopped with, and does nothing more', () => {
    const answer = Promise.withResolvers<void>();
    let calls = 0;
    const twice: Definition = { StartAt: 'First', States: { First: { ...ask, End: false, Next: 'Ask' }, Ask: ask } };
    return withEngine(
      twice,
      async ({ client }) => {
        await start(client, 'mine');
        const { stopDate } = await stop(client, 'mine', 'Cancelled', 'by its owner');
        answer.resolve();
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(await describeExecution(client, 'mine')).toMatchObject({
          status: 'ABORTED',
          error: 'Cancelled',
          cause: 'by its owner',
          stopDate,
        });
        expect(await stop(client, 'mine', 'Again')).toMatchObject({ stopDate });
        expect(calls).toBeLessThanOrEqual(1);
      },
      {
        invoke: async () => {
          calls += 1;
          await answer.promise;
        },
      },
    );
  });

  it.each<[name: string, allowed: boolean]>([
    ['rep_01-a.B!é', true],
    ['x'.repeat(80), true],
    ['x'.repeat(81), false],
    ['two words', false],
    ['a/b', false],
    ['a:b', false],
    ['a*', false],
    ['a\u0007', false],
  ])('may be called %j: %s', (name, allowed) =>
    withEngine(asking, async ({ client }) => {
      if (allowed) expect((await start(client, name)).executionArn).toBe(`${EXECUTION}:${name}`);
      else await expect(start(client, name)).rejects.toEqual(refused('InvalidName'));
    }),
  );

  it.each([
    ['no JSON', '{'],
    ['too long', JSON.stringify('x'.repeat(262_143))],
  ])('is not started with an input that is %s', (_claim, input) =>
    withEngine(asking, async ({ client }) => {
      await expect(start(client, 'mine', input)).rejects.toEqual(refused('InvalidExecutionInput'));
    }),
  );

  it('is listed, the newest first, by its status and page by page', () =>
    withEngine(
      asking,
      async ({ client }) => {
        for (const name of ['a', 'b', 'bad', 'd']) {
          await start(client, name, JSON.stringify({ name }));
          await ended(client, name);
        }
        const list = async (more: object) => {
          const page = await client.send(new ListExecutionsCommand({ stateMachineArn: MACHINE, ...more }));
          return [page.executions?.map(({ name }) => name), page.nextToken] as const;
        };
        expect(await list({})).toEqual([['d', 'bad', 'b', 'a'], undefined]);
        expect(await list({ statusFilter: 'FAILED' })).toEqual([['bad'], undefined]);
        const [names, nextToken] = await list({ maxResults: 3 });
        expect(names).toEqual(['d', 'bad', 'b']);
        expect(await list({ maxResults: 3, nextToken })).toEqual([['a'], undefined]);
      },
      {
        invoke(event) {
          if ((event as { name: string }).name === 'bad') throw new Error('bad');
        },
      },
    ));
});

describe('what is not there', () => {
  it.each<[what: string, call: (client: SFNClient) => Promise<unknown>, error: string]>([
    ['execution', (client) => describeExecution(client, 'none'), 'ExecutionDoesNotExist'],
    ['execution to stop', (client) => stop(client, 'none'), 'ExecutionDoesNotExist'],
    [
      'execution with map runs',
      (client) => client.send(new ListMapRunsCommand({ executionArn: `${EXECUTION}:none` })),
      'ExecutionDoesNotExist',
    ],
    ['map run', (client) => client.send(new DescribeMapRunCommand({ mapRunArn: 'arn:none' })), 'ResourceNotFound'],
    [
      'state machine',
      (client) => client.send(new DescribeStateMachineCommand({ stateMachineArn: `${MACHINE}2` })),
      'StateMachineDoesNotExist',
    ],
    [
      'operation',
      (client) => client.send(new StartSyncExecutionCommand({ stateMachineArn: MACHINE })),
      'UnknownOperationException',
    ],
  ])('%s is refused by its name', (_what, call, error) =>
    withEngine(asking, async ({ client }) => {
      // The host prefix of StartSyncExecution leads nowhere on a laptop.
      client.config.disableHostPrefix = true;
      await expect(call(client)).rejects.toEqual(refused(error));
    }),
  );
});

describe('access', () => {
  it('is asked for on the machine, or on the execution, for each operation', () => {
    const calls: EngineCall[] = [];
    return withEngine(
      waiting,
      async ({ client }) => {
        await start(client, 'mine');
        await describeExecution(client, 'mine');
        await client.send(new ListMapRunsCommand({ executionArn: `${EXECUTION}:mine` }));
        await client.send(new ListExecutionsCommand({ stateMachineArn: MACHINE }));
        await client.send(new DescribeStateMachineCommand({ stateMachineArn: MACHINE }));
        await stop(client, 'mine');
        expect(calls.every(({ accessKeyId }) => accessKeyId === CREDENTIALS.accessKeyId)).toBe(true);
        expect(calls.map(({ action, resourceArns }) => `${action} ${resourceArns.join()}`)).toEqual([
          `states:StartExecution ${MACHINE}`,
          `states:DescribeExecution ${EXECUTION}:mine`,
          `states:ListMapRuns ${EXECUTION}:mine`,
          `states:ListExecutions ${MACHINE}`,
          `states:DescribeStateMachine ${MACHINE}`,
          `states:StopExecution ${EXECUTION}:mine`,
        ]);
      },
      {
        authorize(call) {
          calls.push(call);
          return { allowed: true };
        },
      },
    );
  });

  const rolesThatMay = (flow: readonly string[]) =>
    roleAuthorizer([
      {
        name: 'caller',
        accessKeyId: CREDENTIALS.accessKeyId,
        statements: [{ effect: 'Allow', actions: ['states:DescribeExecution'], resources: [`${EXECUTION}:*`] }],
      },
      {
        name: 'starter',
        accessKeyId: 'starter',
        statements: [{ effect: 'Allow', actions: ['states:StartExecution'], resources: [MACHINE] }],
      },
      {
        name: 'flow',
        accessKeyId: 'flow-role',
        statements: [{ effect: 'Allow', actions: flow, resources: [FUNCTION] }],
      },
    ]);

  it('that the caller does not have is refused, and nothing is started', () =>
    withEngine(
      asking,
      async ({ client }) => {
        await expect(start(client, 'mine')).rejects.toMatchObject({
          name: 'AccessDeniedException',
          message: expect.stringContaining(`states:StartExecution on resource: ${MACHINE}`) as string,
        });
        await expect(describeExecution(client, 'mine')).rejects.toEqual(refused('ExecutionDoesNotExist'));
      },
      { authorize: rolesThatMay(['lambda:InvokeFunction']).authorize },
    ));

  it.each<[may: string, status: string]>([
    ['lambda:InvokeFunction', 'SUCCEEDED'],
    ['lambda:GetFunction', 'FAILED'],
  ])('to the function is the machine’s own: with %s it has %s', (may, status) =>
    withEngine(
      asking,
      async ({ client, engine }) => {
        const starter = new SFNClient({
          ...CLIENT,
          endpoint: engine.url,
          credentials: { ...CREDENTIALS, accessKeyId: 'starter' },
        });
        await start(starter, 'mine');
        starter.destroy();
        const execution = await ended(client, 'mine');
        expect(execution.status).toBe(status);
        if (status === 'FAILED') {
          expect(execution).toMatchObject({
            error: 'Lambda.AWSLambdaException',
            cause: expect.stringContaining('assumed-role/flow') as string,
          });
        }
      },
      { authorize: rolesThatMay([may]).authorize },
    ),
  );

  it('to log delivery is what a machine that logs cannot be made without', async () => {
    const starting = startStepFunctions({
      machines: [machineOf(asking, { logs: true })],
      authorize: rolesThatMay(['lambda:InvokeFunction']).authorize,
    });
    await expect(starting).rejects.toThrow(/Flow could not be made in AWS: .*logs:CreateLogDelivery/);
  });
});

it('answers with an injected fault, and refuses calls before it plays', () =>
  withEngine(asking, async ({ client, engine }) => {
    engine.faultFor = () => ({ kind: 'refuse', status: 400, errorType: 'ThrottlingException' });
    await expect(start(client)).rejects.toEqual(refused('ThrottlingException'));
    const other = await startStepFunctions({ machines: [machineOf(asking)], authorize: everyone });
    const early = new SFNClient({ ...CLIENT, endpoint: other.url });
    await expect(start(early)).rejects.toEqual(refused('ServiceUnavailable'));
    early.destroy();
    await other.close();
  }));
