import type { EventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { FailedRecords } from '../constructs/failed-records.ts';
import { type FollowerName, feedFunction } from '../constructs/feed.ts';
import { Hourly } from '../constructs/hourly.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Surroundings } from '../constructs/surroundings.ts';

export type Follower = { readonly lambda: IFunction; readonly mapping: EventSourceMapping };

/**
 * What works behind everybody's back: counting, bringing spooled clicks back, freshening the cache, jobs, and forgetting
 * what must not outlive its day.
 */
export class StreamsStack extends Stack {
  readonly clicksToCounts: Follower;
  readonly spoolToStream: Follower;
  /** Null in cache mode `none`. */
  readonly cacheSync: Follower | null;
  readonly mail: Follower;
  readonly erase: Follower;
  readonly forgetSalts: IFunction;

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
    this.forgetSalts = new ServiceFunction(this, 'forget-salts', surroundings).lambda;
    new Hourly(this, 'ForgetSaltsHourly', this.forgetSalts);
    new CfnOutput(this, 'FailedRecordsBucket', {
      value: failedRecords.bucketName,
      description: 'Clicks and jobs that were given up on; see the runbooks',
    });
  }
}
