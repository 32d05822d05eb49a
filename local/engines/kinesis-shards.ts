import { hash } from 'node:crypto';

/** Hash keys are 128-bit numbers; shards split their range evenly, as AWS does for a new stream. */
const HASH_KEYS = 1n << 128n;
const SEQUENCE_DIGITS = 56;
const SEQUENCE_PREFIX = '49';

export const shardIdOf = (shard: number): string => `shardId-${String(shard).padStart(12, '0')}`;

/** The number in a shard id, or -1 where it is none. */
export const shardNumberOf = (shardId: string): number =>
  /^shardId-\d{12}$/.test(shardId) ? Number(shardId.slice('shardId-'.length)) : -1;

/** First and last hash key of a shard, both inclusive. */
export function hashKeyRange(shard: number, shards: number): { first: bigint; last: bigint } {
  const firstOf = (n: number) => (HASH_KEYS * BigInt(n)) / BigInt(shards);
  return { first: firstOf(shard), last: firstOf(shard + 1) - 1n };
}

/** The shard that a record belongs to: its explicit hash key, else the MD5 of its partition key, decides. */
export function shardFor(partitionKey: string, explicitHashKey: string | undefined, shards: number): number {
  if (shards === 1) return 0;
  const hashKey =
    explicitHashKey === undefined ? BigInt(`0x${hash('md5', partitionKey, 'hex')}`) : BigInt(explicitHashKey);
  let shard = Number((hashKey * BigInt(shards)) / HASH_KEYS);
  // Rounding down the product may land one shard below a boundary that is not a whole fraction.
  if (hashKey > hashKeyRange(shard, shards).last) shard += 1;
  return shard;
}

/** AWS's sequence numbers have 56 digits; ours carry the record's index in its shard, so they rise and sort as text. */
export const sequenceNumberOf = (index: number): string =>
  SEQUENCE_PREFIX + String(index).padStart(SEQUENCE_DIGITS - SEQUENCE_PREFIX.length, '0');

/** The index behind a sequence number, or -1 where it is none of ours. */
export const indexOf = (sequenceNumber: string): number =>
  sequenceNumber.length === SEQUENCE_DIGITS && sequenceNumber.startsWith(SEQUENCE_PREFIX)
    ? Number(sequenceNumber.slice(SEQUENCE_PREFIX.length))
    : -1;
