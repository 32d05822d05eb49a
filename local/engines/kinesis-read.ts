import { AwsError } from './aws-json.ts';
import { hashKeyRange, indexOf, sequenceNumberOf, shardIdOf } from './kinesis-shards.ts';
import { logOf, type Stream } from './kinesis-stream.ts';

type Input = Readonly<Record<string, unknown>>;

const ITERATOR_LIFE_MS = 300_000;
const RECORDS_PER_READ = 10_000;
const BYTES_PER_READ = 10 * 1024 * 1024;
const SHARDS_PER_PAGE = 1_000;
/** Everything retained lies behind it. */
const BEFORE_ALL = -1;

/** What an iterator says: where to go on reading, and since when it is valid. */
type Iterator = {
  readonly stream: string;
  readonly shardId: string;
  readonly after: number;
  readonly issuedMs: number;
};

const iteratorText = (iterator: Iterator): string =>
  Buffer.from(JSON.stringify([iterator.stream, iterator.shardId, iterator.after, iterator.issuedMs])).toString(
    'base64',
  );

/** Throws InvalidArgumentException for text that no GetShardIterator gave out. */
export function parseIterator(text: unknown): Iterator {
  try {
    const [stream, shardId, after, issuedMs] = JSON.parse(Buffer.from(String(text), 'base64').toString()) as unknown[];
    if (
      typeof stream === 'string' &&
      typeof shardId === 'string' &&
      typeof after === 'number' &&
      typeof issuedMs === 'number'
    ) {
      return { stream, shardId, after, issuedMs };
    }
  } catch {
    // Not ours: the same answer as for a wrong shape.
  }
  throw new AwsError('InvalidArgumentException', 'Invalid ShardIterator.');
}

function shardsOf(stream: Stream) {
  return stream.logs.map((_, shard) => {
    const { first, last } = hashKeyRange(shard, stream.shards);
    return {
      ShardId: shardIdOf(shard),
      HashKeyRange: { StartingHashKey: first.toString(), EndingHashKey: last.toString() },
      SequenceNumberRange: { StartingSequenceNumber: sequenceNumberOf(0) },
    };
  });
}

export function describeStreamSummary(stream: Stream) {
  return {
    StreamName: stream.name,
    StreamARN: stream.arn,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: 'PROVISIONED' },
    RetentionPeriodHours: stream.retentionHours,
    StreamCreationTimestamp: stream.createdMs / 1_000,
    EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
    EncryptionType: 'NONE',
    OpenShardCount: stream.shards,
    ConsumerCount: 0,
  };
}

export function describeStream(stream: Stream) {
  const { OpenShardCount: _, ConsumerCount: __, ...summary } = describeStreamSummary(stream);
  return { ...summary, HasMoreShards: false, Shards: shardsOf(stream) };
}

/** The token of a ListShards page, or null on the first. It names the stream too: AWS takes no name beside it. */
export function parsePageToken(input: Input): { streamName: string; afterShardId: string } | null {
  const token = input['NextToken'];
  if (typeof token !== 'string') return null;
  const [streamName, afterShardId] = Buffer.from(token, 'base64').toString().split(' ');
  if (streamName === undefined || afterShardId === undefined) {
    throw new AwsError('InvalidArgumentException', 'Invalid NextToken.');
  }
  return { streamName, afterShardId };
}

export function listShards(stream: Stream, input: Input) {
  const start = input['ExclusiveStartShardId'];
  const after = parsePageToken(input)?.afterShardId ?? (typeof start === 'string' ? start : '');
  const limit = Math.min(Number(input['MaxResults'] ?? SHARDS_PER_PAGE), SHARDS_PER_PAGE);
  const rest = shardsOf(stream).filter(({ ShardId }) => ShardId > after);
  const page = rest.slice(0, limit);
  if (page.length === rest.length) return { Shards: page };
  return { Shards: page, NextToken: Buffer.from(`${stream.name} ${page.at(-1)?.ShardId}`).toString('base64') };
}

export function getShardIterator(stream: Stream, input: Input, nowMs: number) {
  const shardId = String(input['ShardId']);
  const log = logOf(stream, shardId);
  if (log === undefined) {
    throw new AwsError('ResourceNotFoundException', `Shard ${shardId} in stream ${stream.name} does not exist.`);
  }
  const sequenceIndex = (): number => {
    const index = indexOf(String(input['StartingSequenceNumber']));
    if (index < 0) throw new AwsError('InvalidArgumentException', 'StartingSequenceNumber is none of this stream.');
    return index;
  };
  const after = (): number => {
    switch (input['ShardIteratorType']) {
      case 'TRIM_HORIZON':
        return BEFORE_ALL;
      case 'LATEST':
        return log.lastIndex();
      case 'AT_TIMESTAMP':
        return log.indexBefore(Number(input['Timestamp']) * 1_000);
      case 'AT_SEQUENCE_NUMBER':
        return sequenceIndex() - 1;
      case 'AFTER_SEQUENCE_NUMBER':
        return sequenceIndex();
      default:
        throw new AwsError('ValidationException', 'ShardIteratorType is not one that Kinesis knows.');
    }
  };
  return { ShardIterator: iteratorText({ stream: stream.name, shardId, after: after(), issuedMs: nowMs }) };
}

export function getRecords(stream: Stream, input: Input, nowMs: number) {
  const iterator = parseIterator(input['ShardIterator']);
  if (nowMs - iterator.issuedMs > ITERATOR_LIFE_MS) {
    throw new AwsError('ExpiredIteratorException', 'Iterator expired: it was issued more than 5 minutes ago.');
  }
  const log = logOf(stream, iterator.shardId);
  if (log === undefined) throw new AwsError('ResourceNotFoundException', `Shard ${iterator.shardId} does not exist.`);
  const limit = Number(input['Limit'] ?? RECORDS_PER_READ);
  if (!Number.isInteger(limit) || limit < 1 || limit > RECORDS_PER_READ) {
    throw new AwsError('ValidationException', `Limit must be between 1 and ${RECORDS_PER_READ}.`);
  }
  let bytes = 0;
  const records = log.read(iterator.after, limit).filter((record, position) => {
    bytes += record.data.length;
    return position === 0 || bytes <= BYTES_PER_READ;
  });
  const after = records.at(-1)?.index ?? iterator.after;
  const next = log.read(after, 1)[0];
  return {
    Records: records.map((record) => ({
      SequenceNumber: sequenceNumberOf(record.index),
      ApproximateArrivalTimestamp: record.arrivedAtMs / 1_000,
      Data: record.data.toString('base64'),
      PartitionKey: record.partitionKey,
      EncryptionType: 'NONE',
    })),
    NextShardIterator: iteratorText({ ...iterator, after, issuedMs: nowMs }),
    MillisBehindLatest: next === undefined ? 0 : Math.max(0, nowMs - next.arrivedAtMs),
  };
}
