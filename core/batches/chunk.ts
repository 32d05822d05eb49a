import type { QrLook } from '../qr/make-code.ts';
import { widthInPx } from '../qr/size.ts';
import type { BatchRun } from './batch.ts';
import { chunksKey, partKey, rowsKey } from './batch-files.ts';
import type { BatchFiles } from './batch-store.ts';
import type { PartRow } from './part.ts';
import { readPartIndex } from './part.ts';
import type { Row } from './row.ts';

/** Where a chunk's lines lie in the file of rows, in bytes. */
export type ChunkPlace = {
  readonly chunk: number;
  readonly from: number;
  readonly bytes: number;
  readonly rows: number;
};

const ROWS_OF_CHUNK = 50;
/** Large pictures take half a second each, and a chunk's lie in memory together. */
const ROWS_OF_LARGE_CHUNK = 10;
const LARGE_PX = 1_024;
const MOST_BYTES = 1024 * 1024;

/** The lines of the rows, a chunk at a time; `places` is told where each lies. */
export async function* chunksOf(
  rows: AsyncIterable<Row>,
  look: Pick<QrLook, 'size'>,
  places: ChunkPlace[],
): AsyncGenerator<Uint8Array> {
  const mostRows = widthInPx(look.size) > LARGE_PX ? ROWS_OF_LARGE_CHUNK : ROWS_OF_CHUNK;
  let lines: string[] = [];
  let held = 0;
  let from = 0;
  const close = (): Uint8Array => {
    const bytes = Buffer.from(lines.join(''));
    places.push({ chunk: places.length, from, bytes: bytes.length, rows: lines.length });
    from += bytes.length;
    lines = [];
    held = 0;
    return bytes;
  };
  for await (const row of rows) {
    const line = `${JSON.stringify(row)}\n`;
    lines.push(line);
    held += line.length;
    if (lines.length >= mostRows || held >= MOST_BYTES) yield close();
  }
  if (lines.length > 0) yield close();
}

type Read = Pick<BatchFiles, 'read'>;

/** The rows of a chunk, as they were planned. */
export async function readRows(files: Read, batch: BatchRun, { from, bytes }: ChunkPlace): Promise<readonly Row[]> {
  return jsonLines<Row>(await files.read(rowsKey(batch), { from, bytes }), rowsKey(batch));
}

/** All chunks of a run; none where it was never planned. */
export async function readPlaces(files: Read, batch: BatchRun): Promise<readonly ChunkPlace[]> {
  const bytes = await files.read(chunksKey(batch));
  return bytes === null ? [] : jsonLines<ChunkPlace>(bytes, chunksKey(batch));
}

/** What became of a chunk's rows; their codes are not read. */
export const partRows = (files: Read, batch: BatchRun, chunk: number): Promise<readonly PartRow[]> =>
  readPartIndex(async (from, bytes) => {
    const key = partKey(batch, chunk);
    const part = await files.read(key, { from, bytes });
    if (part === null) throw new Error(`${key} is gone`);
    return part;
  });

/** Lines that this service wrote; the reader names what they hold. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function jsonLines<T>(bytes: Uint8Array | null, key: string): readonly T[] {
  if (bytes === null) throw new Error(`${key} is gone`);
  const lines = Buffer.from(bytes).toString().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}
