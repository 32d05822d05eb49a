import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogStream } from 'aws-cdk-lib/aws-logs';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Aws, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CLICKS_PREFIX, FAILURE_PREFIXES } from '../../core/lake/clicks-table.ts';
import { DELIVERY_POWERS } from '../service-powers.ts';
import { acceptFinding } from './accepted.ts';
import type { ClicksCatalog } from './clicks-catalog.ts';
import { stageLogGroup } from './log-group.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * How much Firehose hands to the transform at once. A row is at most twice as long as its event, and what Lambda answers,
 * in base64, may have 6 MB.
 */
const TRANSFORM_BUFFER_MB = 1;
const TRANSFORM_BUFFER_S = 60;
const TRANSFORM_RETRIES = 3;

type Parts = { readonly lake: IBucket; readonly transform: IFunction; readonly catalog: ClicksCatalog };

/** Firehose on the click stream: reads it, has rows made of it, writes them as Parquet into the lake, by hour of arrival. */
export class ClickDelivery extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, surroundings: Surroundings, parts: Parts) {
    super(scope, id);
    const { settings, data } = surroundings;
    const logGroup = stageLogGroup(this, 'Logs', settings);
    const logStreamName = 'delivery';
    const logStream = new LogStream(this, 'LogStream', {
      logGroup,
      logStreamName,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = deliveryRole(this, surroundings, parts, logGroup.logGroupArn);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'KinesisStreamAsSource',
      kinesisStreamSourceConfiguration: { kinesisStreamArn: data.clickStream.streamArn, roleArn: role.roleArn },
      extendedS3DestinationConfiguration: {
        bucketArn: parts.lake.bucketArn,
        roleArn: role.roleArn,
        prefix: `${CLICKS_PREFIX}dt=!{timestamp:yyyy-MM-dd}/hr=!{timestamp:HH}/`,
        errorOutputPrefix: '!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/',
        bufferingHints: { sizeInMBs: settings.lake.bufferMb, intervalInSeconds: settings.lake.bufferS },
        // Parquet compresses its own pages; Firehose refuses both at once.
        compressionFormat: 'UNCOMPRESSED',
        cloudWatchLoggingOptions: { enabled: true, logGroupName: logGroup.logGroupName, logStreamName },
        processingConfiguration: { enabled: true, processors: [transformBy(parts.transform, role)] },
        dataFormatConversionConfiguration: asParquet(parts.catalog, role),
      },
    });
    this.stream.node.addDependency(role, parts.catalog, logStream);
    acceptFinding(
      this.stream,
      'AwsSolutions-KDF1',
      'It keeps nothing: Firehose may not encrypt what it reads from a stream, and the stream is encrypted itself.',
    );
  }
}

/** Firehose calls a version of a function, the newest where it is named none, and IAM judges it by the name of the version. */
const newestOf = ({ functionArn }: IFunction): string => `${functionArn}:$LATEST`;

const transformBy = (transform: IFunction, role: Role): CfnDeliveryStream.ProcessorProperty => ({
  type: 'Lambda',
  parameters: Object.entries({
    LambdaArn: newestOf(transform),
    RoleArn: role.roleArn,
    NumberOfRetries: String(TRANSFORM_RETRIES),
    BufferSizeInMBs: String(TRANSFORM_BUFFER_MB),
    BufferIntervalInSeconds: String(TRANSFORM_BUFFER_S),
  }).map(([parameterName, parameterValue]) => ({ parameterName, parameterValue })),
});

const asParquet = (
  catalog: ClicksCatalog,
  { roleArn }: Role,
): CfnDeliveryStream.DataFormatConversionConfigurationProperty => ({
  enabled: true,
  // The one of Firehose's two readers that takes ISO texts for timestamps.
  inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
  outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'SNAPPY' } } },
  schemaConfiguration: {
    catalogId: Aws.ACCOUNT_ID,
    databaseName: catalog.databaseName,
    tableName: catalog.tableName,
    region: Aws.REGION,
    roleArn,
    versionId: 'LATEST',
  },
});

/** Exactly what Firehose does: read the stream, ask the transform, look up the table, write below three prefixes, log. */
function deliveryRole(
  scope: Construct,
  { data }: Surroundings,
  { lake, transform, catalog }: Parts,
  logGroupArn: string,
): Role {
  const allow = (sid: string, actions: readonly string[], resources: readonly string[]) =>
    new PolicyStatement({ sid, effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
  const prefixes = [CLICKS_PREFIX, ...FAILURE_PREFIXES];
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('firehose.amazonaws.com'),
    description: 'What Firehose may do to bring clicks into the lake',
    inlinePolicies: {
      powers: new PolicyDocument({
        minimize: false,
        statements: [
          allow('ReadClickStream', DELIVERY_POWERS.clickStream, [data.clickStream.streamArn]),
          allow('AskTransform', DELIVERY_POWERS.transform, [newestOf(transform)]),
          allow('LookUpTable', DELIVERY_POWERS.catalog, [catalog.arn, catalog.databaseArn, catalog.clicksTableArn]),
          allow('FindLake', DELIVERY_POWERS.lake, [lake.bucketArn]),
          allow(
            'WriteLake',
            DELIVERY_POWERS.lakeObjects,
            prefixes.map((prefix) => lake.arnForObjects(`${prefix}*`)),
          ),
          allow('OwnLogs', DELIVERY_POWERS.logs, [logGroupArn]),
        ],
      }),
    },
  });
  const bucket = Stack.of(lake).getLogicalId(lake.node.defaultChild as CfnBucket);
  for (const prefix of prefixes) {
    acceptFinding(
      role,
      `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${prefix}*]`,
      'Firehose names each file itself, below this prefix; the role may only add objects there.',
    );
  }
  return role;
}
