import { planOf } from '../../../local/cloud/plan.ts';
import type { Resource, Template } from '../../../local/cloud/template.ts';
import { assetsDir, facts, fn, planFor, role, rotated, ruled, scheduled } from './small-templates.ts';

test('a rule of one bus writes to a log group that lets it', () => {
  const pattern = { source: ['signpost'] };
  expect(planFor(ruled({ State: 'ENABLED' })).eventBuses).toMatchObject([
    { name: 'facts', rules: [{ name: 'Rule', pattern, logGroups: ['all'] }] },
  ]);
});

test.each<[rules: object, everyS: number]>([
  [{ AutomaticallyAfterDays: 30 }, 30 * 86_400],
  [{ AutomaticallyAfterDays: '7' }, 7 * 86_400],
  [{ ScheduleExpression: 'rate(4 hours)' }, 4 * 3_600],
  [{ ScheduleExpression: 'rate(1 day)', Duration: '2h' }, 86_400],
])('a rotation by %j comes every %d seconds', (RotationRules, everyS) => {
  const [keys] = planFor(rotated({ RotationRules, RotateImmediatelyOnUpdate: false }, {})).secrets;
  expect(keys?.rotation).toMatchObject({ functionName: 'Fn', everyS, atOnce: false, rules: RotationRules });
});

test.each<[expression: string, everyS: number]>([
  ['rate(5 minutes)', 300],
  ['rate(1 hour)', 3_600],
  ['rate(2 days)', 172_800],
])('a schedule by %s calls every %d seconds', (ScheduleExpression, everyS) => {
  expect(planFor(scheduled({ ScheduleExpression })).schedules).toEqual([
    { name: 'Hourly', functionName: 'Fn', times: { kind: 'rate', everyS } },
  ]);
});

test('a function may reserve concurrency', () => {
  const reserving = { ...fn, Properties: { ...fn.Properties, ReservedConcurrentExecutions: 5 } };
  const { functions } = planFor({ Fn: reserving, Other: fn, Role: role({}) });
  expect(functions.map(({ reservedConcurrency }) => reservedConcurrency)).toEqual([5, null]);
});

test('a bucket keeps what the template says of other origins and of old age', () => {
  const Properties = {
    BucketName: 'uploads',
    CorsConfiguration: {
      CorsRules: [{ AllowedOrigins: ['https://app'], AllowedMethods: ['PUT'], AllowedHeaders: ['*'], MaxAge: 60 }],
    },
    LifecycleConfiguration: {
      Rules: [
        { Status: 'Enabled', Prefix: 'tmp/', ExpirationInDays: 1 },
        { Status: 'Disabled', ExpirationInDays: 2 },
        { Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
      ],
    },
  };
  expect(planFor({ B: { Type: 'AWS::S3::Bucket', Properties } }).buckets).toEqual([
    {
      name: 'uploads',
      arn: 'arn:aws:s3:::uploads',
      cors: [{ origins: ['https://app'], methods: ['PUT'], headers: ['*'], exposedHeaders: [], maxAgeS: 60 }],
      expiry: [
        { prefix: 'tmp/', days: 1, abortUploadsAfterDays: null },
        { prefix: '', days: null, abortUploadsAfterDays: 7 },
      ],
    },
  ]);
});

test('a resource whose condition is false does not exist', () => {
  const template: Template = {
    Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } },
    Resources: { Clicks: { Type: 'AWS::Kinesis::Stream', Condition: 'Never' } },
  };
  expect(planOf([{ name: 'Main', assetsDir, template }], facts).streams).toEqual([]);
});

test('two stacks may use the same logical id', () => {
  const template: Template = { Resources: { Clicks: { Type: 'AWS::Kinesis::Stream' } } };
  const stacks = ['One', 'Two'].map((name) => ({ name, assetsDir, template }));
  expect(planOf(stacks, facts).streams.map(({ name }) => name)).toEqual(['Clicks', 'Clicks-Two']);
});

test('the name a template insists on is kept', () => {
  const resources: Record<string, Resource> = {
    Clicks: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'clicks' } },
  };
  expect(planFor(resources).streams[0]).toMatchObject({
    name: 'clicks',
    arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/clicks',
  });
});

test('a function is found behind a version and an alias, in an ARN and in an invocation URI', () => {
  const uri = {
    'Fn::Join': [
      '',
      ['arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/', { Ref: 'Live' }, '/invocations'],
    ],
  };
  const plan = planFor({
    Role: role({}),
    Fn: fn,
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
    Live: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Fn' }, Name: 'live' } },
    Api: { Type: 'AWS::ApiGateway::RestApi' },
    Stage: { Type: 'AWS::ApiGateway::Stage', Properties: { RestApiId: { Ref: 'Api' }, StageName: 'live' } },
    Deep: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
        PathPart: 'v1',
      },
    },
    Deeper: {
      Type: 'AWS::ApiGateway::Resource',
      Properties: { RestApiId: { Ref: 'Api' }, ParentId: { Ref: 'Deep' }, PathPart: '{code}' },
    },
    Get: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: 'Deeper' },
        HttpMethod: 'GET',
        Integration: { Type: 'AWS_PROXY', Uri: uri },
      },
    },
  });
  expect(plan.restApis[0]?.methods).toMatchObject([{ method: 'GET', path: '/v1/{code}', functionName: 'Fn' }]);
});
