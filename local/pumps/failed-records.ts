import { randomUUID } from 'node:crypto';
import type { EventSourcePlan } from '../cloud/event-sources.ts';
import { functionArn } from '../cloud/identity-table.ts';
import type { S3Engine } from '../engines/s3.ts';
import { FILED_BATCHES_PREFIX, type FiledBatch } from './filed-batch.ts';
import type { SourceRecord } from './source.ts';

export type GivenUp = {
  readonly mapping: EventSourcePlan;
  readonly shardId: string;
  readonly records: readonly SourceRecord[];
  readonly condition: FiledBatch['requestContext']['condition'];
  readonly invokeCount: number;
  /** What the function failed with last; null where it was not asked, or answered. */
  readonly error: Error | null;
};

function keyOf({ mapping, shardId }: GivenUp, at: Date): string {
  const iso = at.toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  return `${FILED_BATCHES_PREFIX}${mapping.name}/${shardId}/${day}/${iso.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}

/**
 * Puts the batch, whole, in Lambda's format, into the mapping's on-failure bucket. Answers `bucket/key`; null for a mapping
 * without such a bucket.
 */
export async function keepFailedRecords(s3: Pick<S3Engine, 'put'>, given: GivenUp): Promise<string | null> {
  const { onFailureBucketArn } = given.mapping;
  if (onFailureBucketArn === null) return null;
  const bucket = bucketNamed(onFailureBucketArn);
  const now = new Date();
  const key = keyOf(given, now);
  await s3.put(bucket, key, Buffer.from(JSON.stringify(filedBatch(given, now))));
  return `${bucket}/${key}`;
}

/** `arn:aws:s3:::failed` → `failed`. */
export const bucketNamed = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

function filedBatch({ mapping, shardId, records, condition, invokeCount, error }: GivenUp, now: Date): FiledBatch {
  const [first, last] = [records[0], records.at(-1)];
  const arrivalOf = (record: SourceRecord | undefined): string => new Date(record?.arrivedAtMs ?? 0).toISOString();
  const info = {
    shardId,
    startSequenceNumber: first?.sequenceNumber ?? '',
    endSequenceNumber: last?.sequenceNumber ?? '',
    approximateArrivalOfFirstRecord: arrivalOf(first),
    approximateArrivalOfLastRecord: arrivalOf(last),
    batchSize: records.length,
    streamArn: mapping.streamArn,
  };
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: functionArn(mapping.functionName),
      condition,
      approximateInvokeCount: invokeCount,
    },
    responseContext:
      invokeCount === 0
        ? null
        : { statusCode: 200, executedVersion: '$LATEST', functionError: error === null ? null : 'Unhandled' },
    version: '1.0',
    timestamp: now.toISOString(),
    ...(mapping.kind === 'kinesis' ? { KinesisBatchInfo: info } : { DDBStreamBatchInfo: info }),
    payload: JSON.stringify({ Records: records.map(({ record }) => record) }),
  };
}
