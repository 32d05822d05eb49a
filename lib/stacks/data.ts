import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { TABLES, type TableName } from '../../adapters/table.ts';
import type { StageSettings } from '../config.ts';
import { DataKey } from '../constructs/data-key.ts';
import { FactTable } from '../constructs/fact-table.ts';
import type { KeptData } from '../constructs/surroundings.ts';

/** Long enough for the spool's own 24 hours of retries, short enough that a forgotten failure costs nothing. */
const FAILED_RECORDS_KEPT_DAYS = 90;

/** What must outlive every other stack: tables, the click stream, failed records, the origin secret. */
export class DataStack extends Stack implements KeptData {
  readonly tables: KeptData['tables'];
  readonly clickStream: Stream;
  readonly failedRecords: Bucket;
  readonly originSecret: Secret;

  constructor(scope: Construct, id: string, props: StackProps & { settings: StageSettings }) {
    const { settings } = props;
    super(scope, id, { ...props, terminationProtection: settings.data === 'retain' });
    const removalPolicy = settings.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const key = settings.encryption === 'customer-managed' ? new DataKey(this, 'Key', removalPolicy) : null;

    const tableNames = Object.keys(TABLES) as TableName[];
    this.tables = Object.fromEntries(
      tableNames.map((name) => [name, new FactTable(this, name, settings, key?.key ?? null).table]),
    ) as KeptData['tables'];
    this.clickStream = new Stream(this, 'Clicks', { ...streamShape(settings, key?.key ?? null), removalPolicy });
    this.failedRecords = this.failedRecordsBucket(key?.key ?? null, removalPolicy);
    this.originSecret = new Secret(this, 'OriginSecret', {
      description: 'Sent by CloudFront as x-origin-verify, checked by the functions behind it',
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy,
    });
  }

  private failedRecordsBucket(key: IKey | null, removalPolicy: RemovalPolicy): Bucket {
    return new Bucket(this, 'FailedRecords', {
      ...(key === null
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: false,
      lifecycleRules: [{ expiration: Duration.days(FAILED_RECORDS_KEPT_DAYS) }],
      removalPolicy,
    });
  }
}

function streamShape(settings: StageSettings, key: IKey | null) {
  const { stream } = settings.clicks;
  return {
    // A day to repair the counter in, and as long again.
    retentionPeriod: Duration.hours(48),
    ...(stream.mode === 'on-demand'
      ? { streamMode: StreamMode.ON_DEMAND }
      : { streamMode: StreamMode.PROVISIONED, shardCount: stream.shards }),
    ...(key === null
      ? { encryption: StreamEncryption.MANAGED }
      : { encryption: StreamEncryption.KMS, encryptionKey: key }),
  };
}
