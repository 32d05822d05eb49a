import type { Cloud } from './cloud.ts';

export type StreamPlan = {
  readonly name: string;
  readonly arn: string;
  readonly shards: number;
  readonly retentionHours: number;
};

/** An on-demand stream starts with four shards in AWS too. */
const ON_DEMAND_SHARDS = 4;

export const streamsOf = (cloud: Cloud): readonly StreamPlan[] =>
  cloud.ofType('AWS::Kinesis::Stream').map((stream) => ({
    name: stream.name,
    arn: stream.attribute('Arn'),
    shards: stream.properties.numberOr('ShardCount', ON_DEMAND_SHARDS),
    retentionHours: stream.properties.numberOr('RetentionPeriodHours', 24),
  }));
