import { REGION } from '../cloud/account.ts';
import type { KinesisEngine, KinesisRecord } from '../engines/kinesis.ts';
import type { RecordSource, SourceRecord } from './source.ts';

type ReadableStream = Pick<KinesisEngine, 'read' | 'waitForRecords' | 'shardIds'>;

/** Quicker than AWS: a click shows within a fifth of a second, and handing over a batch does not hold up visits for long. */
const POLL_INTERVAL_MS = 100;

/** The shards of a stream, with records in the shape Lambda hands over. */
export const kinesisSources = (
  engine: ReadableStream,
  stream: string,
  streamArn: string,
  roleArn: string,
): readonly RecordSource[] =>
  engine.shardIds(stream).map((shardId) => ({
    shardId,
    pollIntervalMs: POLL_INTERVAL_MS,
    async read(after, limit) {
      return engine
        .read(stream, shardId, after, limit)
        .map((record) => sourceRecord(record, shardId, streamArn, roleArn));
    },
    wait: (after, signal) => engine.waitForRecords(stream, shardId, after, signal),
  }));

function sourceRecord(record: KinesisRecord, shardId: string, streamArn: string, roleArn: string): SourceRecord {
  const { sequenceNumber, partitionKey, data, arrivedAtMs } = record;
  return {
    sequenceNumber,
    arrivedAtMs,
    record: {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey,
        sequenceNumber,
        data: data.toString('base64'),
        approximateArrivalTimestamp: arrivedAtMs / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: roleArn,
      awsRegion: REGION,
      eventSourceARN: streamArn,
    },
    filterable: () => ({ partitionKey, data: parsed(data) }),
  };
}

function parsed(data: Buffer): unknown {
  const text = data.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
