import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from './accepted.ts';

/** Time to notice, repair and replay; longer would keep visits that nobody asks for. */
const KEPT_DAYS = 90;

/** Batches that an event source gave up on, whole, so that they can be replayed. Outlives its stack as the data does. */
export class FailedRecords extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: StageSettings, key: IKey | null) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      ...(key === null
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(KEPT_DAYS) }],
      removalPolicy: settings.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acceptFinding(
      this.bucket,
      'AwsSolutions-S1',
      'Only Lambda writes here and only an operator reads; a second bucket of access logs would tell nothing more.',
    );
  }
}
