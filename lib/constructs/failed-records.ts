import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from './accepted.ts';
import { privateBucket } from './private-bucket.ts';

/** Time to notice, repair and replay; longer would keep visits that nobody asks for. */
export const FAILURES_KEPT = Duration.days(90);
/** An alarm rings with the first of them; unlike the lake's, records of who is erased stay among them until then. */
const BATCHES_KEPT = Duration.days(30);

/** Batches that an event source gave up on, whole, so that they can be replayed. Outlives its stack as the data does. */
export class FailedRecords extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: StageSettings, key: IKey | null) {
    super(scope, id);
    this.bucket = privateBucket(this, settings, key, [{ expiration: BATCHES_KEPT }]);
    acceptFinding(
      this.bucket,
      'AwsSolutions-S1',
      'Only Lambda writes here and only an operator reads; a second bucket of access logs would tell nothing more.',
    );
  }
}
