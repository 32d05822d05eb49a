import { createHash } from 'node:crypto';
import { ACCOUNT_ID, arnOf, PARTITION, REGION, URL_SUFFIX } from './account.ts';

/** `{apiId}.execute-api.us-east-1.amazonaws.com`: how a distribution's origin names the API behind it. */
export const executeApiDomain = (apiId: string): string => `${apiId}.execute-api.${REGION}.${URL_SUFFIX}`;

/** Parent of the top level of a REST API's resource tree. */
export const rootResourceId = (apiName: string): string => `${apiName}-root`;

/** A type's answers, made from the resource's physical name. `ref` defaults to that name. */
export type Identity = {
  /** Property that names the resource where the template insists on a name. */
  readonly nameProperty?: string;
  readonly ref?: (name: string) => string;
  readonly attributes?: Readonly<Record<string, (name: string) => unknown>>;
};

// Real stream labels are the time the stream was switched on; a constant keeps ARNs equal on every start.
const STREAM_LABEL = '2026-01-01T00:00:00.000';
const tableArn = (name: string): string => arnOf('dynamodb', `table/${name}`);

const table: Identity = {
  nameProperty: 'TableName',
  attributes: {
    Arn: tableArn,
    StreamArn: (name) => `${tableArn(name)}/stream/${STREAM_LABEL}`,
    TableId: (name) => name,
  },
};

export const functionArn = (name: string): string => arnOf('lambda', `function:${name}`);
export const globalArn = (service: string, resource: string): string =>
  `arn:${PARTITION}:${service}::${ACCOUNT_ID}:${resource}`;

/** AWS puts six random characters behind the name; ours follow from the name, to be the same on every start. */
export function secretArn(name: string): string {
  const letters = createHash('sha256')
    .update(name)
    .digest('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '');
  return arnOf('secretsmanager', `secret:${name}-${letters.slice(0, 6)}`);
}

const stateMachineArn = (name: string): string => arnOf('states', `stateMachine:${name}`);
const bucketArn = (name: string): string => `arn:${PARTITION}:s3:::${name}`;

export const IDENTITIES: Readonly<Record<string, Identity>> = {
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Kinesis::Stream': { nameProperty: 'Name', attributes: { Arn: (name) => arnOf('kinesis', `stream/${name}`) } },
  'AWS::KinesisFirehose::DeliveryStream': {
    nameProperty: 'DeliveryStreamName',
    attributes: { Arn: (name) => arnOf('firehose', `deliverystream/${name}`) },
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    attributes: { Arn: (name) => arnOf('events', `event-bus/${name}`) },
  },
  'AWS::Events::Rule': { nameProperty: 'Name' },
  'AWS::Athena::WorkGroup': { nameProperty: 'Name' },
  'AWS::Lambda::Function': { nameProperty: 'FunctionName', attributes: { Arn: functionArn } },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    attributes: { Arn: (name) => globalArn('iam', `role/${name}`), RoleId: (name) => name },
  },
  'AWS::IAM::ManagedPolicy': { ref: (name) => globalArn('iam', `policy/${name}`) },
  'AWS::ApiGatewayV2::Api': {
    attributes: { ApiId: (name) => name, ApiEndpoint: (name) => `https://${executeApiDomain(name)}` },
  },
  'AWS::ApiGateway::RestApi': { attributes: { RestApiId: (name) => name, RootResourceId: rootResourceId } },
  'AWS::ApiGateway::Stage': { nameProperty: 'StageName' },
  'AWS::ApiGateway::Authorizer': { attributes: { AuthorizerId: (name) => name } },
  'AWS::ApiGateway::Resource': { attributes: { ResourceId: (name) => name } },
  'AWS::ApiGateway::Deployment': { attributes: { DeploymentId: (name) => name } },
  'AWS::CloudFront::Function': {
    ref: (name) => globalArn('cloudfront', `function/${name}`),
    attributes: { FunctionARN: (name) => globalArn('cloudfront', `function/${name}`) },
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    ref: secretArn,
    attributes: { Id: secretArn },
  },
  'AWS::ElastiCache::ServerlessCache': {
    nameProperty: 'ServerlessCacheName',
    attributes: {
      ARN: (name) => arnOf('elasticache', `serverlesscache:${name}`),
      'Endpoint.Address': (name) => `${name}.serverless.use1.cache.${URL_SUFFIX}`,
      'Endpoint.Port': () => '6379',
      'ReaderEndpoint.Address': (name) => `${name}.serverless.use1.cache.${URL_SUFFIX}`,
      'ReaderEndpoint.Port': () => '6380',
    },
  },
  'AWS::ElastiCache::User': {
    nameProperty: 'UserId',
    attributes: { Arn: (name) => arnOf('elasticache', `user:${name}`) },
  },
  'AWS::ElastiCache::UserGroup': {
    nameProperty: 'UserGroupId',
    attributes: { Arn: (name) => arnOf('elasticache', `usergroup:${name}`) },
  },
  'AWS::KMS::Key': { attributes: { Arn: (name) => arnOf('kms', `key/${name}`), KeyId: (name) => name } },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    attributes: {
      Arn: bucketArn,
      DomainName: (name) => `${name}.s3.${URL_SUFFIX}`,
      RegionalDomainName: (name) => `${name}.s3.${REGION}.${URL_SUFFIX}`,
    },
  },
  'AWS::SNS::Topic': {
    ref: (name) => arnOf('sns', name),
    attributes: { TopicArn: (name) => arnOf('sns', name), TopicName: (name) => name },
  },
  'AWS::SQS::Queue': {
    ref: (name) => `https://sqs.${REGION}.${URL_SUFFIX}/${ACCOUNT_ID}/${name}`,
    attributes: { Arn: (name) => arnOf('sqs', name), QueueName: (name) => name },
  },
  'AWS::StepFunctions::StateMachine': {
    nameProperty: 'StateMachineName',
    ref: stateMachineArn,
    attributes: { Arn: stateMachineArn, Name: (name) => name },
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    attributes: { Arn: (name) => arnOf('logs', `log-group:${name}:*`) },
  },
  'AWS::EC2::VPC': { attributes: { VpcId: (name) => name, CidrBlock: () => '10.0.0.0/16' } },
  'AWS::EC2::SecurityGroup': { attributes: { GroupId: (name) => name } },
  'AWS::EC2::Subnet': { attributes: { SubnetId: (name) => name } },
};
