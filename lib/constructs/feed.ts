import {
  EventSourceMapping,
  type EventSourceMappingOptions,
  FilterCriteria,
  FilterRule,
  MetricType,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { BATCH_JOB_PREFIX, ERASURE_PREFIX, LINK_SORT_KEY, MAIL_PREFIX } from '../../adapters/table.ts';
import { ENDED_STATUSES } from '../../core/batches/ended-statuses.ts';
import { MAX_ANNOUNCED } from '../../core/domain-events/event-bus.ts';
import { acceptFinding } from './accepted.ts';
import { streamArnOf } from './function-role.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Surroundings } from './surroundings.ts';

export type FollowerSurroundings = Surroundings & { readonly failedRecords: IBucket };

export type FollowerName = 'clicks-to-counts' | 'spool-to-stream' | 'cache-sync' | 'mail' | 'erase' | 'announce';

/**
 * How each follower is fed. AWS retries a failing batch until its records expire, and everything behind it waits:
 * so every mapping has an end to its patience, splits the batch to find the bad record and never skips what it has
 * not read yet (`TRIM_HORIZON`).
 */
const FEEDS: Readonly<Record<FollowerName, (surroundings: FollowerSurroundings) => EventSourceMappingOptions>> = {
  'clicks-to-counts': ({ data, settings, failedRecords }) => ({
    eventSourceArn: data.clickStream.streamArn,
    batchSize: 5_000,
    maxBatchingWindow: Duration.seconds(settings.clicks.batchWindowS),
    retryAttempts: 5,
    maxRecordAge: Duration.hours(6),
    reportBatchItemFailures: true,
    // One batch of a shard at a time: two would fight for the same windows of `core/clicks/count-clicks.ts`.
    parallelizationFactor: 1,
    ...keepingFailures(failedRecords),
  }),
  'spool-to-stream': ({ data, failedRecords }) => ({
    eventSourceArn: streamArnOf('clickSpool', data),
    batchSize: 100,
    // The stream these clicks wait for may be away for hours.
    ...forADay(failedRecords),
    filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
  }),
  'cache-sync': ({ data }) => ({
    eventSourceArn: streamArnOf('links', data),
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    // Tried for a minute, however often: later every entry the news would have corrected has expired by itself. Giving up
    // earlier would let a cache that was away come back with the former state and keep it.
    retryAttempts: -1,
    maxRecordAge: Duration.seconds(60),
    reportBatchItemFailures: true,
    parallelizationFactor: 1,
    filters: [FilterCriteria.filter({ dynamodb: { Keys: { sk: { S: FilterRule.isEqual(LINK_SORT_KEY) } } } })],
  }),
  // Ten calls of SES fit into the time of one invocation, also when each is slow.
  mail: (surroundings) => jobs({ keyPrefix: MAIL_PREFIX, batchSize: 10, events: ['INSERT'] }, surroundings),
  // Erasures take turns: each is changed to come again, and those that wait together share one invocation.
  erase: (surroundings) =>
    jobs({ keyPrefix: ERASURE_PREFIX, batchSize: 100, events: ['INSERT', 'MODIFY'] }, surroundings),
  announce: ({ data, failedRecords }) => ({
    eventSourceArn: streamArnOf('jobs', data),
    // One call of the bus.
    batchSize: MAX_ANNOUNCED,
    // What has happened is told, however long the bus was away.
    ...forADay(failedRecords),
    filters: [FilterCriteria.filter(BATCH_HAS_ENDED)],
  }),
};

/** A batch that has ended is written once more, when it is tidied up; a chunk has another key, and what is deleted no image. */
const BATCH_HAS_ENDED = {
  dynamodb: {
    Keys: { sk: { S: FilterRule.beginsWith(BATCH_JOB_PREFIX) } },
    NewImage: { status: { S: FilterRule.or(...ENDED_STATUSES) }, cleanup: { S: FilterRule.notEquals('done') } },
  },
};

/**
 * Jobs of one kind: mail and the tables behind an erasure may be away for hours, and what somebody was promised is not dropped
 * before.
 */
const jobs = (
  {
    keyPrefix,
    batchSize,
    events,
  }: { readonly keyPrefix: string; readonly batchSize: number; readonly events: string[] },
  { data, failedRecords }: FollowerSurroundings,
): EventSourceMappingOptions => ({
  eventSourceArn: streamArnOf('outbox', data),
  batchSize,
  ...forADay(failedRecords),
  filters: [
    FilterCriteria.filter({
      eventName: FilterRule.or(...events),
      dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(keyPrefix) } } },
    }),
  ],
});

/** In order, at once, and tried for as long as DynamoDB keeps the records; then kept. */
const forADay = (failedRecords: IBucket): Partial<EventSourceMappingOptions> => ({
  maxBatchingWindow: Duration.seconds(0),
  retryAttempts: -1,
  maxRecordAge: Duration.hours(24),
  reportBatchItemFailures: true,
  parallelizationFactor: 1,
  ...keepingFailures(failedRecords),
});

/**
 * What is given up on is kept whole and counted for the alarm. Names the bucket without granting anything:
 * `lib/powers.ts` is the only place where powers are given.
 */
const keepingFailures = (failedRecords: IBucket): Partial<EventSourceMappingOptions> => ({
  onFailure: { bind: () => ({ destination: failedRecords.bucketArn }) },
  supportS3OnFailureDestination: true,
  metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
});

/** The event source mapping of a follower. */
export function feedFunction(
  fn: ServiceFunction,
  name: FollowerName,
  surroundings: FollowerSurroundings,
): EventSourceMapping {
  const mapping = new EventSourceMapping(fn, 'Feed', {
    target: fn.lambda,
    startingPosition: StartingPosition.TRIM_HORIZON,
    bisectBatchOnError: true,
    ...FEEDS[name](surroundings),
  });
  if (name === 'cache-sync') {
    acceptFinding(
      mapping,
      'Serverless-LambdaEventSourceMappingDestination',
      'News that the cache missed is corrected by the entry expiring; there is nothing to replay a minute later.',
    );
  }
  return mapping;
}
