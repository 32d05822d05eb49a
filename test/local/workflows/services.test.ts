import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IntegrationPattern, JsonPath, Pass, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import { AthenaStartQueryExecution, DynamoAttributeValue, DynamoUpdateItem } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { AwsError, parseJsonObject } from '../../../local/engines/aws-json.ts';
import { type AwsJsonCall, startAwsJsonServer } from '../../../local/engines/aws-json-server.ts';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { type Draw, outputOf, type Played, planOfMachine, playPlan, rolesOfPlan } from './stage.ts';

const noFunction = (): never => {
  throw new Error('Nothing calls the function here.');
};

describe('a query', () => {
  const asking: Draw = (scope) => ({
    start: new AthenaStartQueryExecution(scope, 'Ask', {
      integrationPattern: IntegrationPattern.RUN_JOB,
      queryString: JsonPath.stringAt('$.sql'),
      queryExecutionContext: { databaseName: 'lake' },
      workGroup: 'signpost',
      resultSelector: { 'location.$': '$.QueryExecution.ResultConfiguration.OutputLocation' },
      taskTimeout: Timeout.duration(Duration.seconds(30)),
    }),
  });

  /** An Athena whose queries have these states when they are looked at, the last one from then on. */
  async function asked(
    states: readonly string[],
    use: (flow: Played, calls: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const calls: string[] = [];
    let looks = 0;
    function answer({ operation, body, accessKeyId }: AwsJsonCall) {
      const input = parseJsonObject(body);
      calls.push(`${accessKeyId} ${operation} ${String(input['QueryString'] ?? input['QueryExecutionId'])}`);
      if (input['QueryString'] === 'SELEC') throw new AwsError('InvalidRequestException', 'mismatched input');
      if (operation !== 'GetQueryExecution') return { status: 200, body: '{"QueryExecutionId":"q-1"}' };
      const State = states[Math.min(looks, states.length - 1)];
      looks += 1;
      const QueryExecution = {
        QueryExecutionId: 'q-1',
        Status: { State, StateChangeReason: 'as told', SubmissionDateTime: 1_800_000_000 },
        ResultConfiguration: { OutputLocation: 's3://results/queries/q-1.csv' },
      };
      return { status: 200, body: JSON.stringify({ QueryExecution }) };
    }
    const athena = await startAwsJsonServer({ version: '1.1', answer });
    const flow = await playPlan(planOfMachine(asking), noFunction, { endpoints: { ATHENA: athena.url } });
    try {
      await use(flow, calls);
    } finally {
      await flow.close();
      await athena.close();
    }
  }

  it('is asked as the machine’s own role, and waited for', () =>
    asked(['QUEUED', 'RUNNING', 'SUCCEEDED'], async ({ run, roleName }, calls) => {
      expect(outputOf(await run({ sql: 'SELECT 1' }))).toEqual({ location: 's3://results/queries/q-1.csv' });
      expect(calls).toEqual([
        `${roleName} StartQueryExecution SELECT 1`,
        ...Array.from({ length: 3 }, () => `${roleName} GetQueryExecution q-1`),
      ]);
    }));

  it.each(['FAILED', 'CANCELLED'])('that ends as %s fails the task, with what Athena says of it', (state) =>
    asked(['RUNNING', state], async ({ run }) => {
      const { error, cause = '' } = await run({ sql: 'SELECT 1' });
      expect(error).toBe('States.TaskFailed');
      expect(JSON.parse(cause)).toMatchObject({
        QueryExecution: { Status: { State: state, StateChangeReason: 'as told' } },
      });
    }),
  );

  it('that Athena does not take fails the task by the name of the refusal', () =>
    asked([], async ({ run }) => {
      expect(await run({ sql: 'SELEC' })).toMatchObject({
        error: 'Athena.InvalidRequestException',
        cause: 'mismatched input',
      });
    }));

  it('is stopped with its execution', () =>
    asked(['RUNNING'], async ({ client, start, roleName }, calls) => {
      const executionArn = await start({ sql: 'SELECT 1' });
      while (calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      await client.send(new StopExecutionCommand({ executionArn }));
      while (calls.at(-1) !== `${roleName} StopQueryExecution q-1`)
        await new Promise((resolve) => setTimeout(resolve, 5));
    }));
});

describe('an item', () => {
  const counting =
    (actions: readonly string[]): Draw =>
    (scope) => {
      const table = new TableV2(scope, 'Jobs', {
        tableName: 'jobs',
        partitionKey: { name: 'pk', type: AttributeType.STRING },
      });
      const update = new DynamoUpdateItem(scope, 'Count', {
        table,
        key: { pk: DynamoAttributeValue.fromString(JsonPath.stringAt('$.id')) },
        updateExpression: 'ADD done :n',
        conditionExpression: 'attribute_not_exists(done)',
        expressionAttributeValues: { ':n': DynamoAttributeValue.fromNumber(5) },
        resultPath: JsonPath.DISCARD,
      });
      const caught = new Pass(scope, 'Caught', { parameters: { 'error.$': '$.Error' } });
      return {
        start: update.addCatch(caught),
        may: [new PolicyStatement({ actions: [...actions], resources: [table.tableArn] })],
      };
    };

  async function counted(actions: readonly string[], use: (flow: Played) => Promise<void>): Promise<void> {
    const plan = planOfMachine(counting(actions));
    const iam = rolesOfPlan(plan);
    const dynamoDb = await startDynamoDb({ authorize: iam.authorize });
    for (const { definition } of plan.tables) await dynamoDb.createTable(definition);
    const flow = await playPlan(plan, noFunction, { iam, endpoints: { DYNAMODB: dynamoDb.url } });
    try {
      await use(flow);
    } finally {
      await flow.close();
      await dynamoDb.close();
    }
  }

  it('is updated, and a broken condition is an error of its name', () =>
    counted(['dynamodb:UpdateItem'], async ({ run }) => {
      expect(outputOf(await run({ id: 'bat_1' }))).toEqual({ id: 'bat_1' });
      expect(outputOf(await run({ id: 'bat_1' }))).toEqual({ error: 'DynamoDB.ConditionalCheckFailedException' });
    }));

  it('that the role may not update is refused', () =>
    counted(['dynamodb:GetItem'], async ({ run }) => {
      expect(outputOf(await run({ id: 'bat_1' }))).toEqual({ error: 'DynamoDB.AccessDeniedException' });
    }));
});
