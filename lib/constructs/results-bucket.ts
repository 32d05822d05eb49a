import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { REPORT_KEPT_DAYS, REPORTS_PREFIX } from '../../core/reports/report-place.ts';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from './accepted.ts';
import { privateBucket } from './private-bucket.ts';

/** Below it Athena writes what each query answered. */
export const QUERIES_PREFIX = 'queries/';

/** An answer is read at once, or used again within an hour. */
const ANSWERS_KEPT = Duration.days(1);

/** What was asked of the lake: answers of queries, files of reports. Everything in it can be made again from the lake. */
export class ResultsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: StageSettings, key: IKey | null) {
    super(scope, id);
    this.bucket = privateBucket(this, settings, key, [
      { id: 'Queries', prefix: QUERIES_PREFIX, expiration: ANSWERS_KEPT },
      { id: 'Reports', prefix: REPORTS_PREFIX, expiration: Duration.days(REPORT_KEPT_DAYS) },
      { id: 'Unfinished', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ]);
    acceptFinding(
      this.bucket,
      'AwsSolutions-S1',
      'Only Athena and functions of this account read and write here, and files are gone after a month.',
    );
  }
}
