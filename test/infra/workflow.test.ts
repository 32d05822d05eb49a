import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  CsvHeaders,
  DistributedMap,
  ItemBatcher,
  JsonPath,
  ResultWriterV2,
  S3CsvItemReader,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { addChecks } from '../../lib/checks.ts';
import { settingsFor } from '../../lib/config.ts';
import { ResultsBucket } from '../../lib/constructs/results-bucket.ts';
import { Workflow } from '../../lib/constructs/workflow.ts';

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:111122223333:function:Render';

/** An app whose only machine is a distributed map over what was uploaded, into a bucket of the same stack or of another. */
function appWithMap(filesStack: 'Stack' | 'Other'): App {
  const app = new App({ context: cdkJson.context });
  const stack = new Stack(app, 'Stack');
  const settings = settingsFor('prod');
  const { bucket } = new ResultsBucket(
    filesStack === 'Stack' ? stack : new Stack(app, 'Other'),
    'Files',
    settings,
    null,
  );
  const map = new DistributedMap(stack, 'Rows', {
    mapExecutionType: StateMachineType.EXPRESS,
    itemReader: new S3CsvItemReader({ bucket, key: JsonPath.stringAt('$.key'), csvHeaders: CsvHeaders.useFirstRow() }),
    itemBatcher: new ItemBatcher({ maxItemsPerBatch: 50 }),
    resultWriterV2: new ResultWriterV2({ bucket, prefix: JsonPath.format('results/{}', JsonPath.stringAt('$.id')) }),
  });
  const lambdaFunction = LambdaFunction.fromFunctionArn(stack, 'Render', FUNCTION_ARN);
  map.itemProcessor(new LambdaInvoke(stack, 'Image', { lambdaFunction }));
  new Workflow(stack, 'Batches', {
    settings,
    start: map,
    calls: [lambdaFunction],
    map: { items: { bucket, prefix: 'uploads/' }, results: { bucket, prefix: 'results/' } },
    timeout: Duration.hours(2),
  });
  return app;
}

type Statement = { readonly Sid?: string; readonly Action: string | string[]; readonly Resource: unknown };
type Policy = { readonly PolicyDocument: { readonly Statement: readonly Statement[] } };
type Found = { readonly id: string; readonly properties: Readonly<Record<string, unknown>> };
type Resources = Readonly<Record<string, { Type: string; Properties: Readonly<Record<string, unknown>> }>>;

describe('a workflow', () => {
  const template = appWithMap('Stack').synth().getStackByName('Stack').template as { Resources: Resources };
  /** The one resource of a type whose id begins so. */
  const one = (type: string, idPrefix = ''): Found => {
    const resources = Object.entries(template.Resources).filter(
      ([id, { Type }]) => Type === type && id.startsWith(idPrefix),
    );
    expect(resources).toHaveLength(1);
    return resources.map(([id, { Properties }]) => ({ id, properties: Properties }))[0] as Found;
  };
  const machine = one('AWS::StepFunctions::StateMachine');
  const role = one('AWS::IAM::Role', 'Batches');

  it('may do exactly what it does, none of it on versions, aliases or more than its own prefixes', () => {
    const { id: filesId } = one('AWS::S3::Bucket');
    const below = (prefix: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [filesId, 'Arn'] }, `/${prefix}*`]] });
    const [inline] = role.properties['Policies'] as readonly Policy[];
    expect(inline?.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Action: 'lambda:InvokeFunction', Resource: FUNCTION_ARN }),
      expect.objectContaining({ Action: 's3:GetObject', Resource: below('uploads/') }),
      expect.objectContaining({
        Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
        Resource: below('results/'),
      }),
      expect.objectContaining({ Sid: 'DeliverLogs', Resource: '*' }),
    ]);
    const { Statement: statements } = (one('AWS::IAM::Policy').properties as Policy).PolicyDocument;
    expect(statements).toEqual([
      expect.objectContaining({ Action: 'states:StartExecution', Resource: { Ref: machine.id } }),
      expect.objectContaining({ Action: ['states:DescribeExecution', 'states:StopExecution'] }),
    ]);
    expect(JSON.stringify(statements[1]?.Resource)).toContain(
      `":execution:",{"Fn::GetAtt":["${machine.id}","Name"]},":*"`,
    );
  });

  it('can be run by Step Functions of this account only', () => {
    expect(role.properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'states.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  });

  it('is Standard, ends in time, and logs every event but no data', () => {
    const { id: logGroupId } = one('AWS::Logs::LogGroup');
    expect(machine.properties).toMatchObject({
      StateMachineType: 'STANDARD',
      LoggingConfiguration: {
        Level: 'ALL',
        IncludeExecutionData: false,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [logGroupId, 'Arn'] } } }],
      },
    });
    const definition = JSON.stringify(machine.properties['DefinitionString']);
    expect(definition).toContain(String.raw`\"TimeoutSeconds\":7200`);
    // CDK leaves both out without a word when they are asked for in another way.
    expect(definition).toContain(String.raw`\"ResultWriter\":{\"Resource\"`);
    expect(definition).toContain(String.raw`\"ExecutionType\":\"EXPRESS\"`);
  });
});

it.each(['Stack', 'Other'] as const)('passes AWS’s rules with a map over files of the stack %s', (filesStack) => {
  process.env['CDK_VALIDATION'] = 'true';
  try {
    const app = appWithMap(filesStack);
    addChecks(app);
    expect(() => app.synth()).not.toThrow();
  } finally {
    process.env['CDK_VALIDATION'] = 'false';
  }
});
