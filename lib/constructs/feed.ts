import {
  EventSourceMapping,
  type EventSourceMappingOptions,
  FilterCriteria,
  FilterRule,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { Duration } from 'aws-cdk-lib/core';
import { LINK_SORT_KEY } from '../../adapters/table.ts';
import type { StageSettings } from '../config.ts';
import { streamArnOf } from './function-role.ts';
import type { ServiceFunction } from './service-function.ts';
import type { KeptData, Surroundings } from './surroundings.ts';

type Follower = 'clicks-to-counts' | 'spool-to-stream' | 'cache-sync';

/**
 * How each follower is fed. AWS retries a failing batch until its records expire, and everything behind it waits:
 * so every mapping has an end to its patience, splits the batch to find the bad record and never skips what it has
 * not read yet (`TRIM_HORIZON`).
 */
const FEEDS: Readonly<Record<Follower, (data: KeptData, settings: StageSettings) => EventSourceMappingOptions>> = {
  'clicks-to-counts': (data, settings) => ({
    eventSourceArn: data.clickStream.streamArn,
    batchSize: 1_000,
    maxBatchingWindow: Duration.seconds(settings.clicks.batchWindowS),
    retryAttempts: 5,
    maxRecordAge: Duration.hours(6),
    reportBatchItemFailures: true,
    // One batch of a shard at a time: the counter's checkpoint is kept per shard.
    parallelizationFactor: 1,
    ...keepingFailures(data),
  }),
  'spool-to-stream': (data) => ({
    eventSourceArn: streamArnOf('clickSpool', data),
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    // The stream these clicks wait for may be away for hours: as long as DynamoDB keeps the records, a day.
    retryAttempts: -1,
    maxRecordAge: Duration.hours(24),
    reportBatchItemFailures: true,
    parallelizationFactor: 1,
    filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
    ...keepingFailures(data),
  }),
  'cache-sync': (data) => ({
    eventSourceArn: streamArnOf('links', data),
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    retryAttempts: 5,
    // A minute later every entry the news would have corrected has expired by itself.
    maxRecordAge: Duration.seconds(60),
    reportBatchItemFailures: true,
    // Versions decide which news of a link wins, so order between batches does not matter.
    parallelizationFactor: 2,
    filters: [FilterCriteria.filter({ dynamodb: { Keys: { sk: { S: FilterRule.isEqual(LINK_SORT_KEY) } } } })],
  }),
};

/** Names the bucket without granting: `lib/powers.ts` is the only place where powers are given. */
const keepingFailures = (
  data: KeptData,
): Pick<EventSourceMappingOptions, 'onFailure' | 'supportS3OnFailureDestination'> => ({
  onFailure: { bind: () => ({ destination: data.failedRecords.bucketArn }) },
  supportS3OnFailureDestination: true,
});

/** The event source mapping of a follower. */
export function feedFunction(
  fn: ServiceFunction,
  name: Follower,
  { data, settings }: Surroundings,
): EventSourceMapping {
  return new EventSourceMapping(fn, 'Feed', {
    target: fn.lambda,
    startingPosition: StartingPosition.TRIM_HORIZON,
    bisectBatchOnError: true,
    ...FEEDS[name](data, settings),
  });
}
