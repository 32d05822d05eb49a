import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Bucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { BATCH_FILES_PREFIX, BATCH_UPLOADS_PREFIX, LOGO_UPLOADS_PREFIX } from '../../core/qr/folders.ts';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from './accepted.ts';
import { privateBucket } from './private-bucket.ts';

const UPLOADS_KEPT = Duration.days(7);

/** What customers upload, and what batches make of it. Browsers write here with a form that was signed for them, nobody else from outside. */
export class UploadsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: StageSettings, key: IKey | null) {
    super(scope, id);
    this.bucket = privateBucket(this, settings, key, [
      { id: 'BatchUploads', prefix: BATCH_UPLOADS_PREFIX, expiration: UPLOADS_KEPT },
      { id: 'Batches', prefix: BATCH_FILES_PREFIX, expiration: UPLOADS_KEPT },
      // What nobody asks after is not kept: whoever does so finds a logo that never came.
      { id: 'LogoUploads', prefix: LOGO_UPLOADS_PREFIX, expiration: UPLOADS_KEPT },
      { id: 'Unfinished', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ]);
    this.bucket.addCorsRule({
      // A signed form says all that may be done with it; whose page sends it adds nothing.
      allowedOrigins: settings.appDomain === null ? ['*'] : [`https://${settings.appDomain.hostname}`],
      allowedMethods: [HttpMethods.POST],
      allowedHeaders: ['*'],
      exposedHeaders: ['ETag'],
      maxAge: 3_600,
    });
    acceptFinding(
      this.bucket,
      'AwsSolutions-S1',
      'Access logs would hold the address of everybody who uploads; what is written here is named after its workspace.',
    );
  }
}
