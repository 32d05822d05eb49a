import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { QrBuckets, Surroundings } from '../constructs/surroundings.ts';
import { UploadsBucket } from '../constructs/uploads-bucket.ts';

type QrProps = StackProps & {
  readonly surroundings: Surroundings;
  /** Of the short domain, which shows what lies in it. */
  readonly images: IBucket;
};

/** QR codes: who makes them, and where logos and batches lie. Knows no door. */
export class QrStack extends Stack {
  readonly buckets: QrBuckets;

  constructor(scope: Construct, id: string, props: QrProps) {
    const { surroundings, images } = props;
    const { settings, data } = surroundings;
    super(scope, id, { ...props, terminationProtection: settings.data === 'retain' });
    const uploads = new UploadsBucket(this, 'Uploads', settings, data.encryptionKey).bucket;
    this.buckets = { images, uploads };
  }
}
