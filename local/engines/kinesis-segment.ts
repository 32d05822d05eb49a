import { crc32 } from 'node:zlib';

/**
 * A stretch of one shard, in memory exactly as on disk: frame after frame, one per record.
 *
 *     u32 payload length · u32 CRC-32 of the payload · payload
 *     payload: f64 arrival in epoch ms · u16 length of partition key · partition key in UTF-8 · data
 */
export type Segment = {
  /** Index of the first record in its shard; the others follow without gaps. */
  readonly firstIndex: number;
  readonly bytes: Buffer;
  /** Where each record's frame starts. */
  readonly starts: number[];
  length: number;
  lastArrivedMs: number;
};

export type StoredRecord = { readonly partitionKey: string; readonly data: Buffer; readonly arrivedAtMs: number };

const FRAME_HEADER_BYTES = 8;
const PAYLOAD_HEADER_BYTES = 10;
/** A record of 1 MB must fit into any segment. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

export const emptySegment = (firstIndex: number): Segment => ({
  firstIndex,
  bytes: Buffer.allocUnsafe(SEGMENT_BYTES),
  starts: [],
  length: 0,
  lastArrivedMs: 0,
});

/** Adds a record, or answers false when the segment is full. `dataBase64` is stored decoded. */
export function appendRecord(segment: Segment, arrivedAtMs: number, partitionKey: string, dataBase64: string): boolean {
  const { bytes, length: start } = segment;
  const mostBytes = FRAME_HEADER_BYTES + PAYLOAD_HEADER_BYTES + partitionKey.length * 3 + dataBase64.length;
  if (start + mostBytes > bytes.length) return false;

  const payload = start + FRAME_HEADER_BYTES;
  const keyStart = payload + PAYLOAD_HEADER_BYTES;
  const keyBytes = bytes.write(partitionKey, keyStart, 'utf8');
  const end = keyStart + keyBytes + bytes.write(dataBase64, keyStart + keyBytes, 'base64');
  bytes.writeDoubleLE(arrivedAtMs, payload);
  bytes.writeUInt16LE(keyBytes, payload + 8);
  bytes.writeUInt32LE(end - payload, start);
  bytes.writeUInt32LE(crc32(bytes.subarray(payload, end)), start + 4);

  segment.starts.push(start);
  segment.length = end;
  segment.lastArrivedMs = arrivedAtMs;
  return true;
}

export function recordAt(segment: Segment, ordinal: number): StoredRecord {
  const { bytes } = segment;
  const start = segment.starts[ordinal] as number;
  const payload = start + FRAME_HEADER_BYTES;
  const keyStart = payload + PAYLOAD_HEADER_BYTES;
  const keyEnd = keyStart + bytes.readUInt16LE(payload + 8);
  return {
    partitionKey: bytes.toString('utf8', keyStart, keyEnd),
    data: bytes.subarray(keyEnd, payload + bytes.readUInt32LE(start)),
    arrivedAtMs: bytes.readDoubleLE(payload),
  };
}

export const arrivedAtMs = (segment: Segment, ordinal: number): number =>
  segment.bytes.readDoubleLE((segment.starts[ordinal] as number) + FRAME_HEADER_BYTES);

/** Reads what was on disk. It ends before the first frame that is torn or does not match its checksum. */
export function parseSegment(firstIndex: number, bytes: Buffer): Segment {
  const segment: Segment = { firstIndex, bytes, starts: [], length: 0, lastArrivedMs: 0 };
  while (segment.length + FRAME_HEADER_BYTES <= bytes.length) {
    const start = segment.length;
    const payload = start + FRAME_HEADER_BYTES;
    const end = payload + bytes.readUInt32LE(start);
    const isWhole = end <= bytes.length && end - payload >= PAYLOAD_HEADER_BYTES;
    if (!isWhole || crc32(bytes.subarray(payload, end)) !== bytes.readUInt32LE(start + 4)) break;
    segment.starts.push(start);
    segment.length = end;
    segment.lastArrivedMs = bytes.readDoubleLE(payload);
  }
  return segment;
}

/** The first record, by position in the segment, that arrived at or after a time. */
export function firstSince(segment: Segment, sinceMs: number): number {
  let from = 0;
  let to = segment.starts.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (arrivedAtMs(segment, middle) < sinceMs) from = middle + 1;
    else to = middle;
  }
  return from;
}
