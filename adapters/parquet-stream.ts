import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type ParquetColumn, type ParquetRow, parquetSchema } from './parquet-file.ts';

/** Rows that are in memory at the same time: a reader gets so many at once as well. */
const ROWS_PER_GROUP = 20_000;

/** Rows as a Parquet file, in pieces of one row group each, so that no file is whole in memory. */
export async function* parquetPieces(
  rows: AsyncIterable<ParquetRow>,
  columns: readonly ParquetColumn[],
): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({ writer: bytes, schema: parquetSchema(columns), codec: 'SNAPPY' });
  for await (const group of groupsOf(rows)) {
    await writer.write({
      columnData: columns.map(({ name }) => ({ name, data: group.map((row) => row[name]) })),
      rowGroupSize: ROWS_PER_GROUP,
    });
    yield taken(bytes);
  }
  await writer.finish();
  yield taken(bytes);
}

/** What was written since the last time. The writer goes on counting from the beginning of the file. */
function taken(bytes: ByteWriter): Uint8Array {
  const piece = bytes.getBytes().slice();
  bytes.index = 0;
  return piece;
}

async function* groupsOf<T>(rows: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < ROWS_PER_GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
