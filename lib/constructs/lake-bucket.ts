import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CLICKS_PREFIX, FAILURE_PREFIXES } from '../../core/lake/clicks-table.ts';
import { ROLL_UPS_PREFIX } from '../../core/lake/roll-ups-table.ts';
import type { StageSettings } from '../config.ts';
import { acceptFinding } from './accepted.ts';
import { FAILURES_KEPT } from './failed-records.ts';
import { privateBucket } from './private-bucket.ts';

/** Where every click is a row, for as long as the stage's settings say, and what could not become one lies for a while. */
export class LakeBucket extends Construct {
  readonly bucket: Bucket;
  /** Objects that were put where Firehose files what the transform refused, or failed on to the end. S3 counts on a best effort. */
  readonly filed: Metric;

  constructor(scope: Construct, id: string, settings: StageSettings, key: IKey | null) {
    super(scope, id);
    const { keptDays } = settings.lake;
    this.bucket = privateBucket(this, settings, key, [
      { id: 'Clicks', prefix: CLICKS_PREFIX, expiration: Duration.days(keptDays) },
      { id: 'RollUps', prefix: ROLL_UPS_PREFIX, expiration: Duration.days(keptDays) },
      ...FAILURE_PREFIXES.map((prefix) => ({ id: prefix.replace('/', ''), prefix, expiration: FAILURES_KEPT })),
      { id: 'Unfinished', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ]);
    const FilterId = 'FiledByFirehose';
    this.bucket.addMetric({ id: FilterId, prefix: FAILURE_PREFIXES[0] });
    this.filed = new Metric({
      namespace: 'AWS/S3',
      metricName: 'PutRequests',
      dimensionsMap: { BucketName: this.bucket.bucketName, FilterId },
      statistic: Stats.SUM,
      period: Duration.minutes(1),
    });
    acceptFinding(
      this.bucket,
      'AwsSolutions-S1',
      'Only Firehose, the roll-up and the erasure of rows write here and only queries of this account read; access logs would cost as much as the rows.',
    );
  }
}
