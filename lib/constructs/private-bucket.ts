import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';

/** A bucket that only this account reads, encrypted, over TLS, without versions; it outlives its stack as the data does. */
export const privateBucket = (
  scope: Construct,
  settings: StageSettings,
  key: IKey | null,
  lifecycleRules: LifecycleRule[],
): Bucket =>
  new Bucket(scope, 'Bucket', {
    ...encryptionBy(key),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    lifecycleRules,
    removalPolicy: settings.data === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });

const encryptionBy = (key: IKey | null): BucketProps =>
  key === null
    ? { encryption: BucketEncryption.S3_MANAGED }
    : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true };
