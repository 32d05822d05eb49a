import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EventSourcePlan } from '../cloud/event-sources.ts';
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

/** Stands in for the on-failure bucket: the batch, whole, in Lambda's format, as a file. Answers its path. */
export async function keepFailedRecords(folder: string, given: GivenUp): Promise<string> {
  const { mapping, shardId, records, condition, invokeCount, error } = given;
  const now = new Date();
  const path = join(folder, keyOf(given, now));
  await mkdir(dirname(path), { recursive: true });
  const [first, last] = [records[0], records.at(-1)];
  await writeFile(
    path,
    JSON.stringify({
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
    }),
  );
  return path;
}
