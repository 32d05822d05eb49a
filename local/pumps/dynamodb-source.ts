import type { DynamoDbEngine } from '../engines/dynamodb.ts';
import type { RecordSource } from './source.ts';

type ReadableTable = Pick<DynamoDbEngine, 'stream'>;

/** Quicker than AWS: part of how soon a change shows. */
const POLL_INTERVAL_MS = 50;

/** A table's stream is one shard here. */
export function dynamoDbSource(engine: ReadableTable, table: string): RecordSource {
  const reader = engine.stream(table);
  return {
    shardId: 'shardId-000000000000',
    pollIntervalMs: POLL_INTERVAL_MS,
    async read(after, limit) {
      const records = await reader.read(after, limit);
      return records.map((record) => ({
        sequenceNumber: record.dynamodb.SequenceNumber,
        arrivedAtMs: (record.dynamodb.ApproximateCreationDateTime ?? Date.now() / 1000) * 1000,
        record,
        filterable: () => record,
      }));
    },
    wait: (_after, signal) => reader.waitForChange(signal),
  };
}
