import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  CustomState as Custom,
  type CustomState,
  DistributedMap,
  type IChainable,
  IntegrationPattern,
  JsonPath,
  Pass,
  StateMachineType,
  TaskInput,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { definitionOf } from '../../../local/workflows/refusals.ts';
import { planOfMachine } from './stage.ts';

const asl = (state: object) => ({ StartAt: 'S', States: { S: { End: true, ...state } } });
const task = (more: object) => ({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: {}, ...more });
const map = (more: object, config: object = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' }) => ({
  Type: 'Map',
  ItemProcessor: { ...asl({ Type: 'Pass' }), ProcessorConfig: config },
  ...more,
});
const reader = (more: object) => ({ Resource: 'arn:aws:states:::s3:getObject', Parameters: {}, ...more });

describe('a definition', () => {
  it.each<[what: string, definition: object, message: RegExp]>([
    ['that is JSONata as a whole', { QueryLanguage: 'JSONata', ...asl({ Type: 'Pass' }) }, /^Flow uses "JSONata"/],
    ['with a state in JSONata', asl({ Type: 'Pass', QueryLanguage: 'JSONata' }), /^Flow\/S uses "JSONata"/],
    ['that assigns variables', asl({ Type: 'Pass', Assign: { a: 1 } }), /^Flow\/S.* Assign/],
    ['with a heartbeat', asl(task({ HeartbeatSeconds: 60 })), /^Flow\/S.* HeartbeatSeconds/],
    [
      'that waits for a token',
      asl(task({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' })),
      /waitForTaskToken/,
    ],
    [
      'with a task of an unknown service',
      asl(task({ Resource: 'arn:aws:states:::sqs:sendMessage' })),
      /sqs:sendMessage/,
    ],
    [
      'that calls a function by its ARN',
      asl(task({ Resource: 'arn:aws:lambda:us-east-1:0:function:F' })),
      /function:F/,
    ],
    ['with another role for a task', asl(task({ Credentials: { RoleArn: 'arn' } })), /Credentials/],
    [
      'with children that wait for a query',
      asl(
        map({
          ItemProcessor: {
            ...asl(task({ Resource: 'arn:aws:states:::athena:startQueryExecution.sync' })),
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
          },
        }),
      ),
      /^Flow\/S\/S: EXPRESS children cannot wait/,
    ],
    ['of a type that nobody knows', asl({ Type: 'Loop' }), /unknown type Loop/],
    ['without a beginning', { States: {} }, /no StartAt/],
    [
      'with such a state in a branch',
      asl({ Type: 'Parallel', Branches: [asl({ Type: 'Pass', Assign: {} })] }),
      /^Flow\/S\[0\]\/S.* Assign/,
    ],
    [
      'with such a state in an iteration',
      asl(map({ ItemProcessor: asl(task({ HeartbeatSeconds: 1 })) }, {})),
      /^Flow\/S\/S.* HeartbeatSeconds/,
    ],
    [
      'with Standard children',
      asl(map({}, { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' })),
      /EXPRESS children only/,
    ],
    ['with a batcher for an inline map', asl(map({ ItemBatcher: {} }, {})), /ItemBatcher/],
    [
      'that goes over a listing',
      asl(map({ ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2' } })),
      /one S3 object/,
    ],
    [
      'that reads an inventory',
      asl(map({ ItemReader: reader({ ReaderConfig: { InputType: 'MANIFEST' } }) })),
      /CSV, JSON, JSONL, not MANIFEST/,
    ],
    [
      'that points into its JSON',
      asl(map({ ItemReader: reader({ ReaderConfig: { InputType: 'JSON', ItemsPointer: '/a' } }) })),
      /ItemsPointer/,
    ],
    ['that flattens its results', asl(map({ ResultWriter: { WriterConfig: {} } })), /WriterConfig/],
    [
      'with a distributed map in a distributed map',
      asl(
        map({ ItemProcessor: { ...asl(map({})), ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } } }),
      ),
      /EXPRESS children have no distributed map/,
    ],
  ])('%s is refused, by the name of the state', (_what, definition, message) => {
    expect(() => definitionOf(definition, 'Flow')).toThrow(message);
  });
});

describe('a machine of the template', () => {
  const custom = (scope: Construct, stateJson: object): CustomState => new Custom(scope, 'S', { stateJson });

  it.each<[what: string, start: (scope: Construct, fn: IFunction) => IChainable, message: RegExp]>([
    [
      'with a token to wait for',
      (scope, lambdaFunction) =>
        new LambdaInvoke(scope, 'Ask', {
          lambdaFunction,
          integrationPattern: IntegrationPattern.WAIT_FOR_TASK_TOKEN,
          payload: TaskInput.fromObject({ token: JsonPath.taskToken }),
        }),
      /^Stage\/FlowMachine\w+\/Ask: .*waitForTaskToken/,
    ],
    [
      'with what CDK passes on',
      (scope) => custom(scope, { Type: 'Pass', Assign: { a: 1 }, End: true }),
      /^Stage\/FlowMachine\w+\/S: .*Assign/,
    ],
    [
      'with children that are not EXPRESS',
      (scope) =>
        new DistributedMap(scope, 'Rows', { mapExecutionType: StateMachineType.STANDARD }).itemProcessor(
          new Pass(scope, 'One'),
        ),
      /^Stage\/FlowMachine\w+\/Rows: .*EXPRESS/,
    ],
  ])('%s keeps the laptop from starting', (_what, start, message) => {
    expect(() => planOfMachine((scope, fn) => ({ start: start(scope, fn) }))).toThrow(message);
  });
});
