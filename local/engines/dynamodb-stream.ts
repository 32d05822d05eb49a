import type { DynamoDBRecord, StreamRecord as StreamRecordBody } from 'aws-lambda';
import type { TableChanges } from './dynamodb-changes.ts';
import type { Upstream } from './dynamodb-upstream.ts';

/** A change of an item, in the shape that Lambda hands to functions. */
export type StreamRecord = DynamoDBRecord & {
  readonly dynamodb: StreamRecordBody & { readonly SequenceNumber: string };
};

export type StreamReader = {
  /** Up to `limit` records behind a sequence number, oldest first; from the oldest retained where it is null. */
  read(afterSequenceNumber: string | null, limit: number): Promise<readonly StreamRecord[]>;
  /** Resolves when the table changed since the last read began, after 500 ms in any case, or on abort. */
  waitForChange(signal: AbortSignal): Promise<void>;
};

type StreamDescription = { StreamDescription: { Shards: { ShardId: string }[] } };
type RecordsPage = { Records: StreamRecord[]; NextShardIterator?: string };

/** dynoxide counts 1, 2, 3 …; ours have AWS's 21 digits, so that they sort as text. */
const SEQUENCE_DIGITS = 21;
const RECORDS_PER_READ = 1_000;

/**
 * Reads a table's stream, which at dynoxide is one shard forever. Reading on from the last record costs one call.
 * `arn` is what records name as their source, `upstreamArn` what the server calls the stream.
 */
export function streamReader(options: {
  upstream: Upstream;
  changes: TableChanges;
  table: string;
  arn: string;
  upstreamArn: string;
}): StreamReader {
  const { upstream, changes, table, arn, upstreamArn } = options;
  let seenChanges = 0;
  let shardId: string | null = null;
  /** Where the last read ended, with the server's iterator for going on. */
  let position: { after: string | null; iterator: string } | null = null;

  async function iteratorAfter(after: string | null): Promise<string> {
    if (position !== null && position.after === after) return position.iterator;
    shardId ??= await firstShardId(upstream, upstreamArn);
    const start =
      after === null
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: String(BigInt(after)) };
    const input = { StreamArn: upstreamArn, ShardId: shardId, ...start };
    return (await upstream.call<{ ShardIterator: string }>('DynamoDBStreams', 'GetShardIterator', input)).ShardIterator;
  }

  return {
    read: async (after, limit) => {
      seenChanges = changes.count(table);
      const input = { ShardIterator: await iteratorAfter(after), Limit: Math.min(limit, RECORDS_PER_READ) };
      const page = await upstream.call<RecordsPage>('DynamoDBStreams', 'GetRecords', input);
      const records = page.Records.map((record) => asLambdaHandsItOver(record, arn));
      const last = records.at(-1)?.dynamodb.SequenceNumber ?? after;
      position = page.NextShardIterator === undefined ? null : { after: last, iterator: page.NextShardIterator };
      return records;
    },
    waitForChange: (signal) => changes.waitForChange(table, seenChanges, signal),
  };
}

async function firstShardId(upstream: Upstream, streamArn: string): Promise<string> {
  const { StreamDescription } = await upstream.call<StreamDescription>('DynamoDBStreams', 'DescribeStream', {
    StreamArn: streamArn,
  });
  const shard = StreamDescription.Shards[0];
  if (shard === undefined) throw new Error(`Stream ${streamArn} has no shard.`);
  return shard.ShardId;
}

const asLambdaHandsItOver = (record: StreamRecord, eventSourceARN: string): StreamRecord => ({
  ...record,
  awsRegion: 'us-east-1',
  eventSourceARN,
  dynamodb: {
    ...record.dynamodb,
    SequenceNumber: record.dynamodb.SequenceNumber.padStart(SEQUENCE_DIGITS, '0'),
  },
});
