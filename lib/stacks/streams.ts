import type { EventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { feedFunction } from '../constructs/feed.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import type { Surroundings } from '../constructs/surroundings.ts';

export type Follower = { readonly lambda: IFunction; readonly mapping: EventSourceMapping };

/** What follows the streams behind the visitors' backs: counting, bringing spooled clicks back, freshening the cache. */
export class StreamsStack extends Stack {
  readonly clicksToCounts: Follower;
  readonly spoolToStream: Follower;
  /** Null in cache mode `none`. */
  readonly cacheSync: Follower | null;

  constructor(scope: Construct, id: string, props: StackProps & { surroundings: Surroundings }) {
    super(scope, id, props);
    const { surroundings } = props;
    const follow = (name: 'clicks-to-counts' | 'spool-to-stream' | 'cache-sync'): Follower => {
      const fn = new ServiceFunction(this, name, surroundings);
      return { lambda: fn.lambda, mapping: feedFunction(fn, name, surroundings) };
    };
    this.clicksToCounts = follow('clicks-to-counts');
    this.spoolToStream = follow('spool-to-stream');
    this.cacheSync = surroundings.cache === null ? null : follow('cache-sync');
  }
}
