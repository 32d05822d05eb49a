import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a ZIP; `deflate` where its bytes are not compressed already. */
export type ZipEntry = { readonly name: string; readonly bytes: Uint8Array; readonly deflate: boolean };

const VERSION_ZIP64 = 45;
/** Names are UTF-8. */
const UTF8_FLAG = 0x0800;
const [STORED, DEFLATED] = [0, 8];
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;

/**
 * A ZIP (APPNOTE 6.3, ZIP64), entry by entry as they come: of those that are written it keeps what the directory at the end
 * says of each, some eighty bytes. The same entries give the same bytes. No entry may be larger than 4 GB.
 */
export async function* zipOf(entries: AsyncIterable<ZipEntry>, modifiedAtMs: number): AsyncGenerator<Uint8Array> {
  const stamp = dosTime(modifiedAtMs);
  const directory: Uint8Array[] = [];
  let offset = 0;
  for await (const { name, bytes, deflate } of entries) {
    const data = deflate ? deflateRawSync(bytes) : bytes;
    const nameBytes = Buffer.from(name);
    const facts = factsOf(
      deflate ? DEFLATED : STORED,
      stamp,
      crc32(bytes),
      data.length,
      bytes.length,
      nameBytes.length,
    );
    yield Buffer.concat([localHeader(facts), nameBytes]);
    yield data;
    directory.push(directoryEntry(facts, nameBytes, offset));
    offset += LOCAL_HEADER_BYTES + nameBytes.length + data.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  for (let index = 0; index < directory.length; index += ENTRIES_AT_ONCE)
    yield Buffer.concat(directory.slice(index, index + ENTRIES_AT_ONCE));
  yield end(directory.length, size, offset);
}

const LOCAL_HEADER_BYTES = 30;
const ENTRIES_AT_ONCE = 1_000;

/** What local header and directory both say: from the version on, 26 bytes. */
function factsOf(
  method: number,
  { time, date }: ReturnType<typeof dosTime>,
  crc: number,
  packedBytes: number,
  bytes: number,
  nameBytes: number,
): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(VERSION_ZIP64, 0);
  facts.writeUInt16LE(UTF8_FLAG, 2);
  facts.writeUInt16LE(method, 4);
  facts.writeUInt16LE(time, 6);
  facts.writeUInt16LE(date, 8);
  facts.writeUInt32LE(crc, 10);
  facts.writeUInt32LE(packedBytes, 14);
  facts.writeUInt32LE(bytes, 18);
  facts.writeUInt16LE(nameBytes, 22);
  return facts;
}

const localHeader = (facts: Buffer): Buffer => Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts]);

function directoryEntry(facts: Buffer, name: Buffer, offset: number): Buffer {
  const isFar = offset >= MAX_32;
  const head = Buffer.alloc(6);
  head.write('PK\x01\x02', 'latin1');
  head.writeUInt16LE(VERSION_ZIP64, 4);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(isFar ? MAX_32 : offset, 10);
  const extra = Buffer.alloc(isFar ? 12 : 0);
  if (isFar) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(offset), 4);
  }
  const described = Buffer.from(facts);
  described.writeUInt16LE(extra.length, 24);
  return Buffer.concat([head, described, tail, name, extra]);
}

function end(entries: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(Math.min(entries, MAX_16), 8);
  record.writeUInt16LE(Math.min(entries, MAX_16), 10);
  record.writeUInt32LE(Math.min(size, MAX_32), 12);
  record.writeUInt32LE(Math.min(offset, MAX_32), 16);
  const isLarge = entries >= MAX_16 || size >= MAX_32 || offset >= MAX_32;
  return isLarge ? Buffer.concat([largeEnd(entries, size, offset), record]) : record;
}

/** The ZIP64 record with whole numbers, and where it is. */
function largeEnd(entries: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(76);
  record.write('PK\x06\x06', 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(VERSION_ZIP64, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.write('PK\x06\x07', 56, 'latin1');
  record.writeBigUInt64LE(BigInt(offset + size), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

/** MS-DOS time in UTC, two seconds exact, from 1980 on. */
function dosTime(ms: number): { readonly time: number; readonly date: number } {
  const at = new Date(ms);
  return {
    time: (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    date: ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  };
}
