import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { EventSourceMapping, IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../adapters/env.ts';
import type { StageSettings } from '../config.ts';
import { EventLog } from '../constructs/event-log.ts';
import { FailedRecords } from '../constructs/failed-records.ts';
import { type FollowerName, feedFunction } from '../constructs/feed.ts';
import { Hourly } from '../constructs/hourly.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Surroundings } from '../constructs/surroundings.ts';

export type Follower = { readonly lambda: IFunction; readonly mapping: EventSourceMapping };

/**
 * What works behind everybody's back: counting, bringing spooled clicks back, freshening the cache, jobs, announcing what has
 * happened, forgetting what must not outlive its day, adding up the lake, taking rows of who was erased out of it, and comparing
 * it with the counters.
 */
export class StreamsStack extends Stack {
  readonly clicksToCounts: Follower;
  readonly spoolToStream: Follower;
  /** Null in cache mode `none`. */
  readonly cacheSync: Follower | null;
  readonly mail: Follower;
  readonly erase: Follower;
  readonly announce: Follower;
  readonly eventLog: EventLog;
  readonly forgetSalts: IFunction;
  readonly rollUp: IFunction;
  readonly eraseRows: IFunction;
  /** By how many clicks lake and counters are apart; one value for each comparison. */
  readonly reconciled: Metric;

  constructor(scope: Construct, id: string, props: StackProps & { surroundings: Surroundings }) {
    super(scope, id, props);
    const { settings, data } = props.surroundings;
    const failedRecords = new FailedRecords(this, 'FailedRecords', settings, data.encryptionKey).bucket;
    const surroundings = { ...props.surroundings, failedRecords };
    const follow = (name: FollowerName): Follower => {
      const fn = new ServiceFunction(this, name, surroundings);
      return { lambda: fn.lambda, mapping: feedFunction(fn, name, surroundings) };
    };
    this.clicksToCounts = follow('clicks-to-counts');
    this.spoolToStream = follow('spool-to-stream');
    this.cacheSync = surroundings.cache === null ? null : follow('cache-sync');
    this.mail = follow('mail');
    this.erase = follow('erase');
    this.announce = follow('announce');
    this.eventLog = new EventLog(this, 'EventLog', settings, data.eventBus);
    const hourly = (name: FunctionName): LambdaFunction => {
      const { lambda } = new ServiceFunction(this, name, surroundings);
      new Hourly(this, `${lambda.node.scope?.node.id}Hourly`, lambda);
      return lambda;
    };
    this.forgetSalts = hourly('forget-salts');
    this.rollUp = hourly('roll-up');
    this.eraseRows = hourly('erase-rows');
    this.reconciled = this.reconciledBy(hourly('reconcile'), settings);
    new CfnOutput(this, 'FailedRecordsBucket', {
      value: failedRecords.bucketName,
      description: 'Clicks, jobs and events that were given up on; see the runbooks',
    });
    new CfnOutput(this, 'EventBusName', {
      value: data.eventBus.eventBusName,
      description: 'Where rules of your own hear what has happened; see docs/events.md',
    });
  }
  private reconciledBy({ logGroup }: LambdaFunction, { stage }: StageSettings): Metric {
    const reconciled = new MetricFilter(this, 'Reconciled', {
      logGroup,
      filterPattern: FilterPattern.stringValue('$.message', '=', 'reconciled'),
      metricNamespace: `Signpost/${stage}`,
      metricName: 'ReconcileDifference',
      metricValue: '$.difference',
    });
    return reconciled.metric({ period: Duration.hours(1) });
  }
}
