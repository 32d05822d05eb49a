import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAKE_COLUMNS } from '../../../core/lake/clicks-table.ts';
import { buildApp } from '../../../lib/app.ts';
import { settingsFor } from '../../../lib/config.ts';
import { type Plan, type PlanFacts, planOf } from '../../../local/cloud/plan.ts';
import { STAND_INS } from '../../../local/cloud/stand-ins.ts';
import type { Resource, Stack, Template } from '../../../local/cloud/template.ts';
import { emptyBundles } from '../../infra/assembly.ts';

const facts: PlanFacts = {
  doorDomain: (kind) => (kind === 'http-api' ? 'localhost:4001' : 'localhost:4000'),
  secretValue: ({ name, lengthChars }) => `${name} of ${lengthChars}`,
};

describe("Signpost's own templates as a plan", () => {
  const outdir = mkdtempSync(join(tmpdir(), 'signpost-plan-'));
  let plan: Plan;
  let stacks: Stack[];
  beforeAll(() => {
    const settings = settingsFor('laptop', { shortOrigin: 'http://localhost:4001' });
    const assembly = buildApp(settings, { functionsDir: emptyBundles(), outdir }).synth();
    stacks = assembly.stacksRecursively.map(({ stackName, template }) => ({
      name: stackName,
      assetsDir: outdir,
      template: template as Template,
    }));
    plan = planOf(stacks, facts);
  });
  afterAll(() => rmSync(outdir, { recursive: true }));

  const functionNamed = (prefix: string) => plan.functions.find(({ name }) => name.startsWith(prefix));

  test('functions get physical names, the door and the secret in their environment', () => {
    const table = plan.tables.find(({ definition }) => definition.name.startsWith('Links'));
    expect(functionNamed('Redirect')?.env).toMatchObject({
      LINKS_TABLE: table?.definition.name,
      CLICK_STREAM: plan.streams[0]?.name,
      ORIGIN_SECRET: expect.stringMatching(/^OriginSecret\w+ of 48$/) as string,
      CACHE_URL: expect.stringMatching(/^rediss:\/\/signpost-laptop\./) as string,
    });
    expect(functionNamed('Links')?.env['SHORT_ORIGIN']).toBe('http://localhost:4001');
  });

  test('the secret in front of the function is the one inside it', () => {
    const [short] = plan.distributions.map(({ behaviors }) => behaviors.at(-1)?.origin);
    expect(short?.customHeaders['x-origin-verify']).toBe(functionNamed('Redirect')?.env['ORIGIN_SECRET']);
  });

  test('one distribution stands before each API, and answers as the policy of its template says', () => {
    const fronted = plan.distributions.map(({ behaviors }) => behaviors.at(-1)?.origin);
    expect(fronted.map((origin) => [origin?.from.kind, origin?.path])).toEqual([
      ['http-api', ''],
      ['rest-api', `/${plan.restApis[0]?.stageName}`],
    ]);
    expect(plan.distributions[0]?.behaviors.at(-1)).toMatchObject({
      viewerRequestCode: expect.stringContaining('x-forwarded-host') as string,
      responseHeaders: expect.arrayContaining([
        { name: 'x-content-type-options', value: 'nosniff', override: true },
      ]) as unknown,
    });
  });

  test('tables have their keys, indexes, stream and time to live', () => {
    const counts = plan.tables.find(({ definition }) => definition.name.startsWith('Counts'))?.definition;
    expect(counts).toMatchObject({
      partitionKey: 'pk',
      sortKey: 'sk',
      ttlAttribute: 'ttl_s',
      attributes: { pk: 'S', sk: 'S', workspace_id: 'S', total: 'N' },
      indexes: [{ name: 'byWorkspaceClicks', partitionKey: 'workspace_id', sortKey: 'total', projection: 'ALL' }],
    });
    const links = plan.tables.find(({ definition }) => definition.name.startsWith('Links'));
    expect(links?.definition.streamViewType).toBe('NEW_IMAGE');
    expect(links?.streamArn).toMatch(/:table\/Links\w+\/stream\//);
  });

  test('the signing keys are a secret that a function rotates, at once and every 30 days', () => {
    const keys = plan.secrets.find(({ name }) => name.startsWith('SigningKeys'));
    const rotateKeys = functionNamed('RotateKeys');
    expect(keys).toMatchObject({
      arn: expect.stringMatching(
        /^arn:aws:secretsmanager:us-east-1:000000000000:secret:SigningKeys\w+-\w{6}$/,
      ) as string,
      literal: '{"keys":[]}',
      rotation: { functionName: rotateKeys?.name, functionArn: rotateKeys?.arn, everyS: 30 * 86_400, atOnce: true },
    });
    expect(functionNamed('Auth')?.env['SIGNING_KEYS_SECRET']).toBe(keys?.arn);
    expect(plan.secrets.find(({ name }) => name.startsWith('OriginSecret'))?.rotation).toBeNull();
  });

  test('jobs of the outbox are told apart by the prefix of their key', () => {
    const outbox = plan.tables.find(({ definition }) => definition.name.startsWith('Outbox'));
    expect(outbox?.definition.streamViewType).toBe('KEYS_ONLY');
    const followers = plan.eventSources.filter(({ streamArn }) => streamArn === outbox?.streamArn);
    const jobs = followers.map(({ functionName, filters }) => [functionName.slice(0, 4), filters]);
    const filter = (prefix: string) => [
      { eventName: expect.arrayContaining(['INSERT']) as unknown, dynamodb: { Keys: { pk: { S: [{ prefix }] } } } },
    ];
    expect(jobs).toEqual([
      ['Mail', filter('mail#')],
      ['Eras', filter('erase#')],
    ]);
  });

  test('event sources keep every rule of the template, filters parsed', () => {
    const cacheSync = plan.eventSources.find(({ functionName }) => functionName.startsWith('CacheSync'));
    expect(cacheSync).toMatchObject({
      kind: 'dynamodb',
      filters: [{ dynamodb: { Keys: { sk: { S: ['link'] } } } }],
      maxRecordAgeS: 60,
      onFailureBucketArn: null,
    });
    const counts = plan.eventSources.find(({ functionName }) => functionName.startsWith('ClicksToCounts'));
    expect(counts).toMatchObject({
      kind: 'kinesis',
      maxRetries: 5,
      bisectsOnError: true,
      reportsItemFailures: true,
      onFailureBucketArn: expect.stringContaining('arn:aws:s3:::') as string,
    });
  });

  test('one bus has one rule, for what the product announces, that writes it down', () => {
    expect(plan.eventBuses).toEqual([
      {
        name: 'signpost-laptop',
        arn: 'arn:aws:events:us-east-1:000000000000:event-bus/signpost-laptop',
        rules: [
          {
            name: 'signpost-laptop-event-log',
            pattern: { source: ['signpost'] },
            logGroups: ['/aws/events/signpost-laptop'],
          },
        ],
      },
    ]);
    expect(functionNamed('Announce')?.env).toMatchObject({ EVENT_BUS: 'signpost-laptop' });
  });

  test('the bucket of failed records is there, and forgets after 30 days', () => {
    const arns = plan.eventSources.flatMap(({ onFailureBucketArn }) => onFailureBucketArn ?? []);
    expect(plan.buckets).toContainEqual({
      name: expect.stringMatching(/^FailedRecords/) as string,
      arn: arns[0],
      cors: [],
      expiry: [{ prefix: '', days: 30, abortUploadsAfterDays: null }],
    });
  });

  test('one delivery stream brings the click stream into the lake, as rows that its function makes', () => {
    const [delivery, ...others] = plan.deliveryStreams;
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({
      sourceName: plan.streams[0]?.name,
      bucketName: expect.stringMatching(/^LakeBucket/) as string,
      prefix: 'clicks/dt=!{timestamp:yyyy-MM-dd}/hr=!{timestamp:HH}/',
      transform: {
        functionName: expect.stringMatching(/^ClicksToRowsFunction/) as string,
        retries: 3,
        bufferBytes: 1_048_576,
      },
      columns: LAKE_COLUMNS,
    });
  });

  test('each function and delivery has its role, and no statement is left with an intrinsic in it', () => {
    const holders = [...plan.functions, ...plan.deliveryStreams, ...plan.stateMachines];
    expect(plan.roles.map(({ name }) => name).sort()).toEqual(holders.map(({ roleName }) => roleName).sort());
    expect(JSON.stringify(plan.roles)).not.toMatch(/"(Ref|Fn::)/);
    const redirect = plan.roles.find(({ name }) => name.startsWith('Redirect'));
    expect(redirect?.statements).toContainEqual({
      effect: 'Allow',
      actions: ['kinesis:DescribeStreamSummary', 'kinesis:PutRecords'],
      resources: [plan.streams[0]?.arn],
    });
  });

  test('what nothing stands in for is listed with a reason', () => {
    for (const { reason } of plan.ignored) expect(reason).not.toBe('');
    expect(plan.ignored.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['AWS::EC2::VPC', 'AWS::S3::BucketPolicy']),
    );
    expect(STAND_INS.map(([service]) => service)).toContain('S3');
  });

  test('resolving takes milliseconds', () => {
    const startedMs = performance.now();
    for (let round = 0; round < 5; round += 1) planOf(stacks, facts);
    // 8 ms were measured; a laptop under load gets twenty times as long.
    expect((performance.now() - startedMs) / 5).toBeLessThan(160);
  });
});

describe('templates the laptop cannot carry out as AWS would', () => {
  const assetsDir = mkdtempSync(join(tmpdir(), 'signpost-assets-'));
  mkdirSync(join(assetsDir, 'asset.abc'));
  afterAll(() => rmSync(assetsDir, { recursive: true }));

  const fn: Resource = {
    Type: 'AWS::Lambda::Function',
    Properties: { Handler: 'index.handler', Code: { S3Key: 'abc.zip' }, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
  };
  const role = (properties: Record<string, unknown>): Resource => ({ Type: 'AWS::IAM::Role', Properties: properties });
  const statement = (given: object) =>
    role({
      Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'a:b', Resource: '*', ...given }] } }],
    });
  const mapping = (given: object): Resource => ({
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Clicks', 'Arn'] },
      FunctionName: { Ref: 'Fn' },
      StartingPosition: 'LATEST',
      ...given,
    },
  });
  const planFor = (resources: Record<string, Resource>): Plan =>
    planOf([{ name: 'Main', assetsDir, template: { Resources: resources } }], facts);

  const rotated = (schedule: object, permission: object): Record<string, Resource> => ({
    Fn: fn,
    Role: role({}),
    Keys: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: '{}' } },
    Schedule: {
      Type: 'AWS::SecretsManager::RotationSchedule',
      Properties: {
        SecretId: { Ref: 'Keys' },
        RotationLambdaARN: { 'Fn::GetAtt': ['Fn', 'Arn'] },
        RotationRules: { AutomaticallyAfterDays: 1 },
        ...schedule,
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: { Ref: 'Fn' }, Principal: 'secretsmanager.amazonaws.com', ...permission },
    },
  });

  const scheduled = (
    schedule: object,
    resource: unknown = { 'Fn::GetAtt': ['Fn', 'Arn'] },
  ): Record<string, Resource> => ({
    Fn: fn,
    Role: role({}),
    Caller: statement({ Action: 'lambda:InvokeFunction', Resource: resource }),
    Hourly: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, RoleArn: { 'Fn::GetAtt': ['Caller', 'Arn'] } },
        ...schedule,
      },
    },
  });

  const ruled = (
    given: object,
    { target = {}, letIn = {} }: { readonly target?: object; readonly letIn?: object } = {},
  ): Record<string, Resource> => ({
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'facts' } },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'all' } },
    Policy: {
      Type: 'AWS::Logs::ResourcePolicy',
      Properties: {
        PolicyName: 'events',
        PolicyDocument: JSON.stringify({
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: 'arn:aws:logs:us-east-1:000000000000:log-group:all:*',
              ...letIn,
            },
          ],
        }),
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['signpost'] },
        Targets: [{ Id: 'Log', Arn: 'arn:aws:logs:us-east-1:000000000000:log-group:all', ...target }],
        ...given,
      },
    },
  });

  test('a rule of one bus writes to a log group that lets it', () => {
    const pattern = { source: ['signpost'] };
    expect(planFor(ruled({ State: 'ENABLED' })).eventBuses).toMatchObject([
      { name: 'facts', rules: [{ name: 'Rule', pattern, logGroups: ['all'] }] },
    ]);
  });

  test.each<[what: string, resources: Record<string, Resource>, message: RegExp]>([
    [
      'a rule of the default bus',
      ruled({ EventBusName: undefined }),
      /Main\/Rule: the laptop has no event bus default/,
    ],
    ['a rule by the clock', ruled({ ScheduleExpression: 'rate(1 day)' }), /Main\/Rule: .* no ScheduleExpression/],
    ['a rule that is off', ruled({ State: 'DISABLED' }), /rules are never off/],
    [
      'a rule by an operator that nobody knows here',
      ruled({ EventPattern: { detail: { total: [{ numeric: ['>', 0] }] } } }),
      /Main\/Rule\.EventPattern\.detail\.total: the laptop does not know the rule/,
    ],
    [
      'a rule that hands events to a queue',
      ruled({}, { target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:queue' } }),
      /to log groups only, not to arn:aws:sqs/,
    ],
    ['a rule that changes events', ruled({}, { target: { InputPath: '$.detail' } }), /Targets\[0\]: .* no InputPath/],
    [
      'a rule whose log group lets another service write',
      ruled({}, { letIn: { Principal: { Service: 'es.amazonaws.com' } } }),
      /no policy lets EventBridge write to all/,
    ],
    [
      'a rule whose log group lets nobody write',
      ruled({}, { letIn: { Action: 'logs:CreateLogStream' } }),
      /no policy lets EventBridge write to all/,
    ],
    [
      'a rule whose policy is for another log group',
      ruled({}, { letIn: { Resource: 'arn:aws:logs:us-east-1:000000000000:log-group:else:*' } }),
      /no policy lets EventBridge write to all/,
    ],
    [
      'an event source that is filtered by an operator nobody knows here',
      {
        Clicks: { Type: 'AWS::Kinesis::Stream' },
        Fn: fn,
        Role: role({}),
        M: mapping({ FilterCriteria: { Filters: [{ Pattern: '{"data":{"n":[{"numeric":["=",1]}]}}' }] } }),
      },
      /Filters\[0\]\.Pattern\.data\.n: the laptop does not know the rule/,
    ],
    ['a schedule by steps', scheduled({ ScheduleExpression: 'cron(0/5 * * * ? *)' }), /does not know "cron/],
    [
      'a schedule in a time zone',
      scheduled({ ScheduleExpressionTimezone: 'Europe/Berlin' }),
      /does not know "rate\(1 hour\)" in Europe/,
    ],
    ['a schedule that may not call its function', scheduled({}, 'arn:else'), /does not let it call/],
    [
      'a schedule of something else',
      scheduled({ Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:queue', RoleArn: 'arn:role' } }),
      /functions of the template only/,
    ],
    [
      'a rotation that may not call its function',
      rotated({}, { Principal: 'apigateway.amazonaws.com' }),
      /Main\/Schedule: Fn does not allow Secrets Manager to call it/,
    ],
    [
      'a rotation by a calendar',
      rotated({ RotationRules: { ScheduleExpression: 'cron(0 8 1 * ? *)' } }, {}),
      /does not know the schedule "cron/,
    ],
    [
      'a rotation by a hosted function',
      rotated({ RotationLambdaARN: undefined }, {}),
      /functions of the template only/,
    ],
    ['an unknown resource type', { Q: { Type: 'AWS::Glue::Crawler' } }, /does not know AWS::Glue::Crawler/],
    [
      'a policy AWS manages',
      { Fn: fn, Role: role({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }) },
      /Role Role has the managed policy .*AdministratorAccess/,
    ],
    ['NotAction', { Fn: fn, Role: statement({ NotAction: 'c:d' }) }, /uses NotAction/],
    [
      'inline code',
      { Role: role({}), Fn: { ...fn, Properties: { ...fn.Properties, Code: { ZipFile: 'x' } } } },
      /Main\/Fn has inline code/,
    ],
    [
      'an asset that is not there',
      { Role: role({}), Fn: { ...fn, Properties: { ...fn.Properties, Code: { S3Key: 'nope.zip' } } } },
      /asset\.nope is missing/,
    ],
    [
      'an event source of another service',
      { Fn: fn, Role: role({}), M: mapping({ EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:queue' }) },
      /does not know the event source/,
    ],
    [
      'a failed batch for a queue',
      {
        Clicks: { Type: 'AWS::Kinesis::Stream' },
        Fn: fn,
        Role: role({}),
        M: mapping({ DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } } }),
      },
      /failed batches for S3 only/,
    ],
    [
      'a number that is none',
      { Clicks: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 'two' } } },
      /Main\/Clicks\.ShardCount is "two"; a number is expected/,
    ],
    [
      'a local index',
      { T: { Type: 'AWS::DynamoDB::Table', Properties: { LocalSecondaryIndexes: [{}] } } },
      /no local secondary indexes/,
    ],
    [
      'a bucket with versions',
      { B: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } } },
      /Main\/B: the laptop's buckets have no VersioningConfiguration/,
    ],
    [
      'a lifecycle by size',
      {
        B: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1, ObjectSizeGreaterThan: 5 }] },
          },
        },
      },
      /lifecycle rules have no ObjectSizeGreaterThan/,
    ],
    [
      'a bucket policy that lets somebody in',
      {
        P: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] } },
        },
      },
      /Main\/P: the laptop judges roles and distributions only/,
    ],
    [
      'a WebSocket API',
      { A: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'WEBSOCKET' } } },
      /HTTP APIs only/,
    ],
  ])('%s is an error that names it', (_what, resources, message) => {
    expect(() => planFor(resources)).toThrow(message);
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
});
