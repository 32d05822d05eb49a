/**
 * Every resource type the templates may hold, and what the laptop does with it. A type in neither table is an error,
 * so nothing a template declares is dropped without a word.
 */
export const PLAYED: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Authorizer',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Stage',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::Athena::WorkGroup',
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::Function',
  'AWS::CloudFront::ResponseHeadersPolicy',
  'AWS::DynamoDB::GlobalTable',
  'AWS::DynamoDB::Table',
  'AWS::ElastiCache::ServerlessCache',
  'AWS::ElastiCache::User',
  'AWS::ElastiCache::UserGroup',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::Glue::Table',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Kinesis::Stream',
  'AWS::KinesisFirehose::DeliveryStream',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::S3::Bucket',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
]);

/** Types that nothing stands in for: type, or prefix ending in `::` → why that is right on a laptop. */
const IGNORED: Readonly<Record<string, string>> = {
  'AWS::CDK::Metadata': 'tells AWS which CDK made the template',
  'AWS::EC2::': 'the engines listen on 127.0.0.1 only, so there is no network to build',
  'AWS::Glue::Database': 'is the name that its tables are found by',
  'AWS::KMS::': 'data lies on your own disk, encrypted if the disk is',
  'AWS::Logs::': 'logs are files in the data folder',
  'AWS::CloudWatch::': 'nobody is woken by a laptop',
  'AWS::SNS::': 'carries alarms only',
  'AWS::SQS::': 'keeps events that a target did not take; here whoever announces them is told, and tries again',
  'AWS::Budgets::': 'a laptop has no bill',
  'AWS::S3::BucketPolicy': 'asks for TLS, as is checked, and lets distributions read, as is enforced',
  'AWS::CloudFront::OriginAccessControl': 'distributions sign what they ask of a bucket, always',
  'AWS::WAFv2::': 'doors listen on this machine only',
  'AWS::CertificateManager::': 'doors are plain HTTP',
  'AWS::Route53::': 'the domain is localhost',
  'AWS::SSM::Parameter': 'carries deployment facts only',
  'AWS::Lambda::EventInvokeConfig': 'no function is invoked asynchronously',
  'AWS::SecretsManager::ResourcePolicy': 'secrets are read by the laptop itself',
  'AWS::ApiGateway::Account': 'logs are files in the data folder',
  'AWS::ApiGateway::Deployment': 'the newest template is always live',
  'AWS::ApiGateway::Model': 'handlers check bodies themselves, with more exact answers',
  'AWS::ApiGateway::RequestValidator': 'handlers check bodies themselves, with more exact answers',
  'AWS::ApiGatewayV2::Stage': 'one stage, never throttled on a laptop',
  'AWS::CloudFront::CachePolicy': 'the laptop caches nothing',
  'AWS::CloudFront::OriginRequestPolicy': 'every viewer header is forwarded',
  'AWS::CloudFront::MonitoringSubscription': 'nobody is woken by a laptop',
};

export type IgnoredResource = { readonly type: string; readonly name: string; readonly reason: string };

/** Why nothing stands in for this type; null where something does. Throws for a type the laptop has never heard of. */
export function reasonToIgnore(type: string): string | null {
  if (PLAYED.has(type)) return null;
  const reason = IGNORED[type] ?? IGNORED[type.replace(/[^:]+$/, '')];
  if (reason === undefined) {
    throw new Error(
      `The laptop does not know ${type}. Teach it in local/cloud/, or say in local/cloud/stand-ins.ts why it may be ignored.`,
    );
  }
  return reason;
}

/** AWS service → what stands here, for the banner. */
export const STAND_INS: readonly (readonly [service: string, standIn: string])[] = [
  ['CloudFront, API Gateway', 'node:http, routes and headers from the template'],
  ['Lambda', 'one worker thread per function, the bundle that is deployed'],
  ['DynamoDB, Streams, TTL', 'dynoxide (SQLite on disk)'],
  ['Kinesis', 'our own server, written before it is acknowledged, synced each second'],
  ['ElastiCache (Valkey)', 'valkey-server or redis-server on PATH, else our own'],
  ['IAM', "every call is checked against the caller's role"],
  ['Secrets Manager, rotation', 'our own server, versions kept in the data folder'],
  ['S3', 'our own server, objects are files in the data folder'],
  ['SES', 'each mail is a file in the outbox'],
  ['Event source mappings', 'pumps with checkpoints, retries, bisecting'],
  ['Firehose, Glue', 'Parquet of the same columns below the same prefixes, at most five seconds later'],
  ['Athena', 'DuckDB over the same Parquet files, and nothing else of your disk'],
  ['Step Functions', 'the same state machines, journaled in the data folder'],
  ['EventBridge', 'our own server, rules from the template; what they write down is under logs/aws/events'],
  ['EventBridge Scheduler', 'functions called by the clock of the template'],
  ['CloudWatch Logs', 'files under logs'],
];
