import type { Cloud, CloudResource } from './cloud.ts';
import { type EventPattern, eventPatternOf } from './event-pattern.ts';
import { functionNameOf } from './identities.ts';
import type { Properties } from './properties.ts';

export type EventSourcePlan = {
  /** Names its checkpoints, so it must stay the same from start to start. */
  readonly name: string;
  readonly functionName: string;
  readonly kind: 'kinesis' | 'dynamodb';
  /** Stream or table name. */
  readonly sourceName: string;
  /** ARN of the stream that is read. */
  readonly streamArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  readonly windowS: number;
  /** A record passes when any of them lets it; no filters let all pass. */
  readonly filters: readonly EventPattern[];
  /** Retries after the first try; null is for ever. */
  readonly maxRetries: number | null;
  /** Records older than this are given up on; null is never. */
  readonly maxRecordAgeS: number | null;
  readonly bisectsOnError: boolean;
  readonly reportsItemFailures: boolean;
  /** Bucket for batches that are given up on. */
  readonly onFailureBucketArn: string | null;
};

export const eventSourcesOf = (cloud: Cloud): readonly EventSourcePlan[] =>
  cloud
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => properties.raw('Enabled') !== false)
    .map(eventSourceOf);

function eventSourceOf({ name, properties }: CloudResource): EventSourcePlan {
  const streamArn = properties.text('EventSourceArn');
  const functionNameOrArn = properties.text('FunctionName');
  return {
    name,
    functionName: functionNameOf(functionNameOrArn) ?? functionNameOrArn,
    ...sourceOf(streamArn, properties.where),
    streamArn,
    startingPosition: startingPositionOf(properties),
    batchSize: properties.numberOr('BatchSize', 100),
    windowS: properties.numberOr('MaximumBatchingWindowInSeconds', 0),
    filters: properties
      .inner('FilterCriteria')
      .list('Filters')
      .map((filter) => filterOf(filter)),
    maxRetries: orNullForever(properties.numberOr('MaximumRetryAttempts', -1)),
    maxRecordAgeS: orNullForever(properties.numberOr('MaximumRecordAgeInSeconds', -1)),
    bisectsOnError: properties.flag('BisectBatchOnFunctionError'),
    reportsItemFailures: properties.texts('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    onFailureBucketArn: onFailureBucketOf(properties),
  };
}

function sourceOf(streamArn: string, where: string): Pick<EventSourcePlan, 'kind' | 'sourceName'> {
  const [, service, resource] = /^arn:[^:]+:([^:]+):[^:]*:\d*:(.+)$/.exec(streamArn) ?? [];
  const [type, sourceName] = (resource ?? '').split('/');
  if (service === 'kinesis' && type === 'stream' && sourceName !== undefined) return { kind: 'kinesis', sourceName };
  if (service === 'dynamodb' && type === 'table' && sourceName !== undefined) return { kind: 'dynamodb', sourceName };
  throw new Error(`${where}: the laptop does not know the event source ${streamArn}.`);
}

function startingPositionOf(properties: Properties): 'TRIM_HORIZON' | 'LATEST' {
  const position = properties.text('StartingPosition');
  if (position === 'TRIM_HORIZON' || position === 'LATEST') return position;
  throw new Error(`${properties.where}: the laptop does not know the starting position ${position}.`);
}

/** Patterns are JSON inside a string, so they are parsed after their intrinsics are resolved. */
const filterOf = (filter: Properties): EventPattern =>
  eventPatternOf(JSON.parse(filter.text('Pattern')), `${filter.where}.Pattern`);

const orNullForever = (value: number): number | null => (value === -1 ? null : value);

function onFailureBucketOf(properties: Properties): string | null {
  const destination = properties.inner('DestinationConfig').inner('OnFailure').textOr('Destination', null);
  if (destination === null || destination.startsWith('arn:aws:s3:::')) return destination;
  throw new Error(`${properties.where}: the laptop writes failed batches for S3 only, not for ${destination}.`);
}
