import type { Grade } from '../qr/scan-score.ts';
import type { RowError } from './row.ts';

/** A row that was made; its file's bytes lie in the part. */
export type MadeRow = {
  readonly row: number;
  readonly file: string;
  readonly bytes: number;
  /** Null for static codes. */
  readonly shortCode: string | null;
  /** What the code says. */
  readonly content: string;
  readonly grade: Grade;
  readonly score: number;
};

export type FailedRow = { readonly row: number; readonly errors: readonly RowError[] };
export type PartRow = MadeRow | FailedRow;

export const isMade = (row: PartRow): row is MadeRow => 'file' in row;

const LENGTH_BYTES = 4;

/** A chunk's codes as one object: what is in it, then the files one behind the other. */
export function encodePart(rows: readonly PartRow[], files: readonly Uint8Array[]): Uint8Array {
  const index = Buffer.from(JSON.stringify(rows));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(index.length);
  return Buffer.concat([length, index, ...files]);
}

type ReadPart = (from: number, bytes: number) => Promise<Uint8Array>;

const MOST_INDEXES_BYTES = 64 * 1024;

/** What is in a part, without its files. */
export async function readPartIndex(read: ReadPart): Promise<readonly PartRow[]> {
  const head = Buffer.from(await read(0, MOST_INDEXES_BYTES));
  const end = LENGTH_BYTES + head.readUInt32LE();
  const whole = end <= head.length ? head.subarray(0, end) : Buffer.from(await read(0, end));
  return JSON.parse(whole.toString('utf8', LENGTH_BYTES)) as readonly PartRow[];
}

/** The rows of a part with their files. */
export function* rowsOfPart(part: Uint8Array): Generator<readonly [PartRow, Uint8Array]> {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  let at = LENGTH_BYTES + bytes.readUInt32LE();
  const rows = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, at)) as readonly PartRow[];
  for (const row of rows) {
    const end = at + (isMade(row) ? row.bytes : 0);
    yield [row, bytes.subarray(at, end)];
    at = end;
  }
}
