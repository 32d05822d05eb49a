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

/** An app whose only machine is a distributed map over what was uploaded. */
function appWithMap(): App {
  const app = new App({ context: cdkJson.context });
  const stack = new Stack(app, 'Stack');
  const settings = settingsFor('prod');
  const { bucket } = new ResultsBucket(stack, 'Files', settings, null);
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
type Resources = Readonly<Record<string, { Type: string; Properties: Readonly<Record<string, unknown>> }>>;

describe('a workflow', () => {
  const template = appWithMap().synth().getStackByName('Stack').template as { Resources: Resources };
  const ofType = (type: string) => Object.entries(template.Resources).filter(([, { Type }]) => Type === type);
  const [[machineId = '', machine] = []] = ofType('AWS::StepFunctions::StateMachine');
  const [[filesId = ''] = []] = ofType('AWS::S3::Bucket');

  it('may do exactly what it does, none of it on versions, aliases or more than its own prefixes', () => {
    const role = ofType('AWS::IAM::Role').find(([id]) => id.startsWith('Batches'))?.[1];
    const [inline] = role?.Properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
    const below = (prefix: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [filesId, 'Arn'] }, `/${prefix}*`]] });
    expect(inline?.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Action: 'lambda:InvokeFunction', Resource: FUNCTION_ARN }),
      expect.objectContaining({ Action: 's3:GetObject', Resource: below('uploads/') }),
      expect.objectContaining({
        Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
        Resource: below('results/'),
      }),
      expect.objectContaining({ Sid: 'DeliverLogs', Resource: '*' }),
    ]);
    const policies = ofType('AWS::IAM::Policy').map(([, { Properties }]) => Properties);
    expect(policies).toHaveLength(1);
    const { Statement: statements } = policies[0]?.['PolicyDocument'] as { Statement: Statement[] };
    expect(statements).toEqual([
      expect.objectContaining({ Action: 'states:StartExecution', Resource: { Ref: machineId } }),
      expect.objectContaining({ Action: ['states:DescribeExecution', 'states:StopExecution'] }),
    ]);
    expect(JSON.stringify(statements[1]?.Resource)).toContain(
      `":execution:",{"Fn::GetAtt":["${machineId}","Name"]},":*"`,
    );
  });

  it('can be run by Step Functions of this account only', () => {
    const role = ofType('AWS::IAM::Role').find(([id]) => id.startsWith('Batches'))?.[1];
    expect(role?.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'states.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  });

  it('is Standard, ends in time, and logs every event but no data', () => {
    const [[logGroupId = ''] = []] = ofType('AWS::Logs::LogGroup');
    expect(machine?.Properties).toMatchObject({
      StateMachineType: 'STANDARD',
      LoggingConfiguration: {
        Level: 'ALL',
        IncludeExecutionData: false,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [logGroupId, 'Arn'] } } }],
      },
    });
    const definition = JSON.stringify(machine?.Properties['DefinitionString']);
    expect(definition).toContain(String.raw`\"TimeoutSeconds\":7200`);
    // CDK leaves both out without a word when they are asked for in another way.
    expect(definition).toContain(String.raw`\"ResultWriter\":{\"Resource\"`);
    expect(definition).toContain(String.raw`\"ExecutionType\":\"EXPRESS\"`);
  });
});

it('with a distributed map passes AWS’s rules for solutions and for serverless', () => {
  process.env['CDK_VALIDATION'] = 'true';
  try {
    const app = appWithMap();
    addChecks(app);
    expect(() => app.synth()).not.toThrow();
  } finally {
    process.env['CDK_VALIDATION'] = 'false';
  }
});
