import type { Resource } from '../../../local/cloud/template.ts';
import { fn, mapping, planFor, role, rotated, ruled, scheduled, statement } from './small-templates.ts';

describe('of a template the laptop cannot carry out as AWS would', () => {
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
});
