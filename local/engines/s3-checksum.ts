import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { s3Error } from './s3-error.ts';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** A checksum as S3 keeps and tells it. */
export type Checksum = {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; of an object made of parts with `-n` behind it. */
  readonly value: string;
};

export type Digest = { update(chunk: Buffer): void; finish(): Buffer };

/** `x-amz-checksum-crc32`. */
export const checksumHeader = (algorithm: ChecksumAlgorithm): string => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The name of its XML element: `ChecksumCRC32`. */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`;

export const algorithmNamed = (name: string): ChecksumAlgorithm | undefined =>
  CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());

export function newDigest(algorithm: ChecksumAlgorithm | 'MD5'): Digest {
  if (algorithm === 'CRC32') return crcDigest((chunk, before) => crc32(chunk, before));
  if (algorithm === 'CRC32C') return crcDigest(crc32c);
  const hash = createHash(algorithm.toLowerCase());
  return { update: (chunk) => void hash.update(chunk), finish: () => hash.digest() };
}

/** Checksum of an object made of parts: over the parts' checksums, with their number. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
  const digest = newDigest(algorithm);
  for (const part of parts) digest.update(Buffer.from(part, 'base64'));
  return { algorithm, value: `${digest.finish().toString('base64')}-${parts.length}` };
}

/** What a stream turned out to be. */
export type Measured = {
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** One for each algorithm that was asked for. */
  readonly checksums: ReadonlyMap<ChecksumAlgorithm, Buffer>;
};

/** Hands a stream on, chunk by chunk, and measures it. Throws EntityTooLarge for more than `maxBytes`. */
export async function measure(
  source: AsyncIterable<Buffer>,
  algorithms: readonly ChecksumAlgorithm[],
  maxBytes: number,
  keep: (chunk: Buffer) => Promise<void>,
): Promise<Measured> {
  const md5 = newDigest('MD5');
  const digests = new Map(algorithms.map((algorithm) => [algorithm, newDigest(algorithm)]));
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw s3Error('EntityTooLarge', undefined, { MaxSizeAllowed: maxBytes });
    md5.update(chunk);
    for (const digest of digests.values()) digest.update(chunk);
    await keep(chunk);
  }
  const checksums = new Map(Array.from(digests, ([algorithm, digest]) => [algorithm, digest.finish()]));
  return { sizeBytes, md5: md5.finish(), checksums };
}

function crcDigest(crc: (chunk: Buffer, before: number) => number): Digest {
  let value = 0;
  return {
    update(chunk) {
      value = crc(chunk, value);
    },
    finish() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}

/** Castagnoli's polynomial, bits reversed. */
const CASTAGNOLI = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let entry = byte;
  for (let bit = 0; bit < 8; bit += 1) entry = (entry & 1) === 1 ? (entry >>> 1) ^ CASTAGNOLI : entry >>> 1;
  return entry;
});

function crc32c(chunk: Buffer, before: number): number {
  let value = ~before;
  for (const byte of chunk) value = (TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}
