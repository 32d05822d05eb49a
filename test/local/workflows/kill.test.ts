import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  DistributedMap,
  Map as InlineMap,
  JsonPath,
  Parallel,
  StateMachineType,
  TaskInput,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { CLIENT } from '../engines/everyone.ts';
import { temporaryFolders } from '../engines/folder.ts';
import { outputOf, planOfMachine } from './stage.ts';

const newFolder = temporaryFolders();
const ROWS = 400;
const KILLS = 4;
/** What a crash may cut short at once. */
const AT_ONCE = 8;

const plan = planOfMachine((scope, lambdaFunction) => {
  const task = (id: string, name: string): LambdaInvoke =>
    new LambdaInvoke(scope, id, {
      lambdaFunction,
      retryOnServiceExceptions: false,
      payload: TaskInput.fromObject({ task: name.startsWith('$') ? JsonPath.stringAt(name) : name }),
      outputPath: '$.Payload.done',
    });
  const rows = new DistributedMap(scope, 'Rows', {
    mapExecutionType: StateMachineType.EXPRESS,
    itemsPath: '$.rows',
    resultPath: '$.rows',
  });
  rows.itemProcessor(task('Row', '$'));
  const few = new InlineMap(scope, 'Few', { itemsPath: '$.few', resultPath: '$.few' });
  few.itemProcessor(task('One', '$'));
  const both = new Parallel(scope, 'Both', { resultPath: '$.both' }).branch(
    task('A', 'a'),
    new Wait(scope, 'Pause', { time: WaitTime.duration(Duration.seconds(1)) }).next(task('B', 'b')),
  );
  const first = new LambdaInvoke(scope, 'First', {
    lambdaFunction,
    payload: TaskInput.fromObject({ task: 'first' }),
    resultPath: '$.first',
    resultSelector: { 'uuid.$': 'States.UUID()' },
  });
  return { start: first.next(both).next(few).next(rows) };
});

async function startChild(folder: string): Promise<{ child: ChildProcess; client: SFNClient }> {
  const child = fork(join(__dirname, 'flow-child.ts'), [folder], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  return { child, client: new SFNClient({ ...CLIENT, endpoint: url }) };
}

it(`does every finished task once and every other until it is done, ${KILLS} times killed`, async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'machines.json'), JSON.stringify(plan.stateMachines));
  const names = (kind: string, count: number) => Array.from({ length: count }, (_, n) => `${kind}${n}`);
  const input = { few: names('few', 5), rows: names('row', ROWS) };
  const calls = (): string[] =>
    existsSync(join(folder, 'calls.log')) ? readFileSync(join(folder, 'calls.log'), 'utf8').trim().split('\n') : [];

  let executionArn: string | undefined;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, client } = await startChild(folder);
    if (executionArn === undefined) {
      const stateMachineArn = plan.stateMachines[0]?.arn;
      ({ executionArn } = await client.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
      ));
    }
    const before = calls().length;
    while (calls().length < before + 4 + 60 * kill) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await once(child, 'exit');
    client.destroy();
  }

  const { child, client } = await startChild(folder);
  let execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  expect(execution.status).toBe('RUNNING');
  while (execution.status === 'RUNNING') {
    await new Promise((resolve) => setTimeout(resolve, 20));
    execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  client.destroy();

  const output = outputOf(execution) as { both: unknown; few: unknown; rows: unknown; first: { uuid: string } };
  expect(output).toMatchObject({ both: ['a', 'b'], few: input.few, rows: input.rows });
  const times = new Map<string, number>();
  for (const call of calls()) times.set(call, (times.get(call) ?? 0) + 1);
  const all = ['first', 'a', 'b', ...input.few, ...input.rows];
  expect(all.filter((name) => !times.has(`ended ${name}`))).toEqual([]);
  // Between the end of a call and its line in the journal lies less than a millisecond.
  const again = all.filter((name) => (times.get(`ended ${name}`) ?? 0) > 1);
  expect(again.length).toBeLessThanOrEqual(KILLS);
  const begunAgain = all.reduce((sum, name) => sum + (times.get(`begun ${name}`) ?? 0) - 1, 0);
  expect(begunAgain).toBeLessThanOrEqual(KILLS * AT_ONCE);
  expect(readdirSync(join(folder, 'journals'))).toEqual([]);
});
