import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ClickDelivery } from '../constructs/click-delivery.ts';
import { ClicksCatalog } from '../constructs/clicks-catalog.ts';
import { LakeBucket } from '../constructs/lake-bucket.ts';
import { QueryWorkgroup } from '../constructs/query-workgroup.ts';
import { ResultsBucket } from '../constructs/results-bucket.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Lake, Surroundings } from '../constructs/surroundings.ts';

/** Every click as a row that SQL can ask: the files, what writes them, and the table they are found by. Kept as the data stack is. */
export class LakeStack extends Stack {
  readonly lake: Lake;
  readonly clicksToRows: IFunction;
  /** Seconds that the oldest record has been in Firehose. */
  readonly freshness: Metric;
  /** Rows that did not fit the table. */
  readonly notConverted: Metric;
  /** Batches with records that the transform refused. */
  readonly refused: Metric;
  /** Objects with what the transform refused, or failed on to the end. */
  readonly filed: Metric;
  /** The share of Firehose's calls of the transform that were answered, whatever the others failed for. */
  readonly transformed: Metric;

  constructor(scope: Construct, id: string, props: StackProps & { surroundings: Surroundings }) {
    const { surroundings } = props;
    const { settings, data } = surroundings;
    super(scope, id, { ...props, terminationProtection: settings.data === 'retain' });
    const { bucket: lake, filed } = new LakeBucket(this, 'Lake', settings, data.encryptionKey);
    const transform = new ServiceFunction(this, 'clicks-to-rows', surroundings);
    const catalog = new ClicksCatalog(this, 'Catalog', settings, lake);
    const results = new ResultsBucket(this, 'Results', settings, data.encryptionKey).bucket;
    const workgroup = new QueryWorkgroup(this, 'Queries', settings, { results, key: data.encryptionKey });
    this.lake = { bucket: lake, results, catalog, workgroup };
    const { stream } = new ClickDelivery(this, 'Delivery', surroundings, {
      lake,
      transform: transform.lambda,
      catalog,
    });
    this.clicksToRows = transform.lambda;

    const ofDelivery = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/Firehose',
        metricName,
        dimensionsMap: { DeliveryStreamName: stream.ref },
        statistic,
        period: Duration.minutes(1),
      });
    this.freshness = ofDelivery('DeliveryToS3.DataFreshness', Stats.MAXIMUM);
    this.notConverted = ofDelivery('FailedConversion.Records', Stats.SUM);
    this.transformed = ofDelivery('ExecuteProcessing.Success', Stats.AVERAGE);
    // Firehose has no metric of its own for records that a transform refuses, or fails on to the end.
    this.filed = filed;
    const refused = new MetricFilter(this, 'Refused', {
      logGroup: transform.lambda.logGroup,
      filterPattern: FilterPattern.literal('"not clicks"'),
      metricNamespace: `Signpost/${settings.stage}`,
      metricName: 'BatchesWithRefusedRecords',
      metricValue: '1',
    });
    this.refused = refused.metric({ statistic: Stats.SUM, period: Duration.minutes(1) });

    new CfnOutput(this, 'LakeBucket', {
      value: lake.bucketName,
      description: 'Clicks as Parquet, by hour of arrival',
    });
    new CfnOutput(this, 'LakeTable', {
      value: `${catalog.databaseName}.${catalog.tableName}`,
      description: 'What Athena finds them by',
    });
    new CfnOutput(this, 'QueryWorkgroup', { value: workgroup.name, description: 'Where Athena is asked' });
    new CfnOutput(this, 'ResultsBucket', {
      value: results.bucketName,
      description: 'Answers of queries and files of reports',
    });
  }
}
