import { AwsError } from './aws-json.ts';
import { sequenceNumberOf } from './kinesis-shards.ts';
import { placeFor, type Stream } from './kinesis-stream.ts';

/** Service limits of PutRecords. */
const RECORDS_PER_CALL = 500;
const BYTES_PER_RECORD = 1024 * 1024;
const BYTES_PER_CALL = 5 * 1024 * 1024;
const PARTITION_KEY_CHARACTERS = 256;
const HASH_KEY = /^(0|[1-9]\d{0,38})$/;
const LAST_HASH_KEY = (1n << 128n) - 1n;

type Entry = { readonly Data: string; readonly PartitionKey: string; readonly ExplicitHashKey?: string };

const validation = (message: string): AwsError =>
  new AwsError('ValidationException', `1 validation error detected: ${message}`);

const dataBytes = (base64: string): number => {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
};

/** Checks a record of a request. Throws what AWS would answer. */
function parseEntry(entry: unknown): { entry: Entry; bytes: number } {
  const { Data, PartitionKey, ExplicitHashKey } = (entry ?? {}) as Partial<Record<keyof Entry, unknown>>;
  if (typeof Data !== 'string' || Data.length % 4 !== 0) {
    throw new AwsError('SerializationException', 'Data must be a blob in base64.');
  }
  if (typeof PartitionKey !== 'string' || PartitionKey.length === 0 || PartitionKey.length > PARTITION_KEY_CHARACTERS) {
    throw validation('partitionKey must have 1 to 256 characters.');
  }
  if (ExplicitHashKey !== undefined && !isHashKey(ExplicitHashKey)) {
    throw new AwsError(
      'InvalidArgumentException',
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1].`,
    );
  }
  const bytes = dataBytes(Data) + Buffer.byteLength(PartitionKey);
  if (bytes > BYTES_PER_RECORD) throw validation('data must have length less than or equal to 1048576.');
  return { entry: entry as Entry, bytes };
}

const isHashKey = (value: unknown): value is string =>
  typeof value === 'string' && HASH_KEY.test(value) && BigInt(value) <= LAST_HASH_KEY;

export async function putRecord(stream: Stream, input: Readonly<Record<string, unknown>>) {
  const { entry } = parseEntry(input);
  const { shardId, log } = placeFor(stream, entry.PartitionKey, entry.ExplicitHashKey);
  const index = log.append(entry.PartitionKey, entry.Data);
  await log.written();
  return JSON.stringify({ ShardId: shardId, SequenceNumber: sequenceNumberOf(index) });
}

/** The entries of a PutRecords, checked against the service limits before any of them is taken. */
export function parseEntries(records: unknown): readonly Entry[] {
  if (!Array.isArray(records) || records.length === 0 || records.length > RECORDS_PER_CALL) {
    throw validation(`records must have length between 1 and ${RECORDS_PER_CALL}.`);
  }
  let total = 0;
  const entries = records.map((record: unknown) => {
    const { entry, bytes } = parseEntry(record);
    total += bytes;
    return entry;
  });
  if (total > BYTES_PER_CALL) throw new AwsError('InvalidArgumentException', 'Records size exceeds 5 MB limit');
  return entries;
}

const REFUSED_ENTRY =
  '{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard in stream."}';

/**
 * Answers once all taken records are in their files. `refused` are positions that fail as if throttled.
 * The answer is put together as text: it is the hot path, and nothing in it needs escaping.
 */
export async function putRecords(
  stream: Stream,
  entries: readonly Entry[],
  refused: readonly number[],
): Promise<string> {
  const touched = new Set<ReturnType<typeof placeFor>['log']>();
  const results = entries.map((entry, position) => {
    if (refused.includes(position)) return REFUSED_ENTRY;
    const { shardId, log } = placeFor(stream, entry.PartitionKey, entry.ExplicitHashKey);
    touched.add(log);
    return `{"SequenceNumber":"${sequenceNumberOf(log.append(entry.PartitionKey, entry.Data))}","ShardId":"${shardId}"}`;
  });
  for (const log of touched) await log.written();
  const failed = entries.filter((_, position) => refused.includes(position)).length;
  return `{"EncryptionType":"NONE","FailedRecordCount":${failed},"Records":[${results.join()}]}`;
}
