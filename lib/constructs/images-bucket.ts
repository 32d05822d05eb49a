import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from './accepted.ts';
import { privateBucket } from './private-bucket.ts';

/**
 * QR codes, each under the hash of its bytes, read by CloudFront alone. Encrypted by S3: CloudFront would need a key's leave to show
 * what anybody with the address may see.
 */
export class ImagesBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: StageSettings) {
    super(scope, id);
    this.bucket = privateBucket(this, settings, null, [
      { id: 'Unfinished', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ]);
    acceptFinding(
      this.bucket,
      'AwsSolutions-S1',
      'Access logs would hold the address of everybody who looks at a code.',
    );
  }
}
