import { hash } from 'node:crypto';
import { assert, bigInt, integer, nat, property } from 'fast-check';
import {
  hashKeyRange,
  indexOf,
  sequenceNumberOf,
  shardFor,
  shardIdOf,
  shardNumberOf,
} from '../../../local/engines/kinesis-shards.ts';

const LAST_HASH_KEY = (1n << 128n) - 1n;

describe('the ranges of a stream with n shards', () => {
  it.each([1, 2, 3, 4, 7, 64])('cover all hash keys without gap or overlap: n = %i', (shards) => {
    const ranges = Array.from({ length: shards }, (_, shard) => hashKeyRange(shard, shards));
    expect(ranges[0]?.first).toBe(0n);
    expect(ranges.at(-1)?.last).toBe(LAST_HASH_KEY);
    for (const [n, { last }] of ranges.slice(0, -1).entries()) expect(ranges[n + 1]?.first).toBe(last + 1n);
  });

  it('decide where any hash key goes, boundaries included', () => {
    const anyShards = integer({ min: 1, max: 40 });
    assert(
      property(anyShards, bigInt({ min: 0n, max: LAST_HASH_KEY }), nat(), (shards, anyKey, edge) => {
        const { first, last } = hashKeyRange(edge % shards, shards);
        for (const hashKey of [anyKey, first, last]) {
          const range = hashKeyRange(shardFor('', String(hashKey), shards), shards);
          expect(hashKey >= range.first && hashKey <= range.last).toBe(true);
        }
      }),
    );
  });

  it('take the MD5 of the partition key as hash key', () => {
    for (const key of ['', 'a', 'localhost/aB7x3Kq', 'ключ']) {
      expect(shardFor(key, undefined, 5)).toBe(shardFor('', String(BigInt(`0x${hash('md5', key, 'hex')}`)), 5));
    }
  });
});

describe('names', () => {
  it('read back as the numbers they were made from', () => {
    for (const number of [0, 1, 41]) expect(shardNumberOf(shardIdOf(number))).toBe(number);
    for (const index of [0, 1, 1_795_247_881_000_000]) expect(indexOf(sequenceNumberOf(index))).toBe(index);
  });

  it('of sequence numbers have 56 digits and sort as text', () => {
    const [older, newer] = [sequenceNumberOf(999), sequenceNumberOf(1_000)];
    expect(older).toMatch(/^\d{56}$/);
    expect(older < newer).toBe(true);
  });

  it.each(['', 'shardId-1', 'shardId-00000000000x', '../shardId-000000000000'])('refuse %p as shard', (id) => {
    expect(shardNumberOf(id)).toBe(-1);
  });
});
