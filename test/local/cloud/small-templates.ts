import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Plan, type PlanFacts, planOf } from '../../../local/cloud/plan.ts';
import type { Resource } from '../../../local/cloud/template.ts';

// Resources of small templates, and what the laptop makes of them. Their functions' code is a folder that is removed in the end.

export const facts: PlanFacts = {
  doorDomain: (kind) => (kind === 'http-api' ? 'localhost:4001' : 'localhost:4000'),
  secretValue: ({ name, lengthChars }) => `${name} of ${lengthChars}`,
};

export const assetsDir = mkdtempSync(join(tmpdir(), 'signpost-assets-'));
mkdirSync(join(assetsDir, 'asset.abc'));
afterAll(() => rmSync(assetsDir, { recursive: true }));

export const fn: Resource = {
  Type: 'AWS::Lambda::Function',
  Properties: { Handler: 'index.handler', Code: { S3Key: 'abc.zip' }, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
};
export const role = (properties: Record<string, unknown>): Resource => ({
  Type: 'AWS::IAM::Role',
  Properties: properties,
});
export const statement = (given: object) =>
  role({
    Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'a:b', Resource: '*', ...given }] } }],
  });
export const mapping = (given: object): Resource => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: { 'Fn::GetAtt': ['Clicks', 'Arn'] },
    FunctionName: { Ref: 'Fn' },
    StartingPosition: 'LATEST',
    ...given,
  },
});
export const planFor = (resources: Record<string, Resource>): Plan =>
  planOf([{ name: 'Main', assetsDir, template: { Resources: resources } }], facts);

export const rotated = (schedule: object, permission: object): Record<string, Resource> => ({
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

export const scheduled = (
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

export const ruled = (
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
