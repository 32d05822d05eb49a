import { randomUUID } from 'node:crypto';
import type { EventSourcePlan } from '../cloud/event-sources.ts';
import type { S3Engine } from '../engines/s3.ts';
import type { SourceRecord } from './source.ts';

export type GivenUp = {
  readonly mapping: EventSourcePlan;
  readonly shardId: string;
  readonly records: readonly SourceRecord[];
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly invokeCount: number;
  /** What the function failed with last; null where it was not asked. */
  readonly error: Error | null;
};

/** Object key Lambda gives to a failed batch: `aws/lambda/<mapping>/<shard>/2026/03/12/<time>-<uuid>`. */
function keyOf({ mapping, shardId }: GivenUp, at: Date): string {
  const iso = at.toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/${mapping.name}/${shardId}/${day}/${iso.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}

/**
 * Puts the batch, whole, in Lambda's format, into the mapping's on-failure bucket. Answers `bucket/key`; null for a mapping
 * without such a bucket.
 */
export async function keepFailedRecords(s3: Pick<S3Engine, 'put'>, given: GivenUp): Promise<string | null> {
  const { mapping, shardId, records, condition, invokeCount, error } = given;
  if (mapping.onFailureBucketArn === null) return null;
  const bucket = mapping.onFailureBucketArn.slice(mapping.onFailureBucketArn.lastIndexOf(':') + 1);
  const now = new Date();
  const key = keyOf(given, now);
  const [first, last] = [records[0], records.at(-1)];
  const batch = JSON.stringify({
    requestContext: { functionName: mapping.functionName, condition, approximateInvokeCount: invokeCount },
    responseContext: error === null ? null : { functionError: error.name, message: error.message },
    version: '1.0',
    timestamp: now.toISOString(),
    [mapping.kind === 'kinesis' ? 'KinesisBatchInfo' : 'DDBStreamBatchInfo']: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      batchSize: records.length,
      streamArn: mapping.streamArn,
    },
    payload: { Records: records.map(({ record }) => record) },
  });
  await s3.put(bucket, key, Buffer.from(batch));
  return `${bucket}/${key}`;
}
