import { type AsyncBuffer, type ParquetScan, parquetScan } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type ParquetColumn, parquetSchema } from './parquet-file.ts';

export type Without = {
  /** How many rows were left out, by the value they were left out for. */
  readonly rows: ReadonlyMap<string, number>;
  /** The file with the others; null where there are none, or none was left out. */
  readonly bytes: Uint8Array | null;
};

type RowRange = ParquetScan['ranges'][number];
type Values = readonly unknown[];

/**
 * A Parquet file without the rows that have one of these values in a column. The others keep their values and their order, in
 * exactly these columns; one that the file lacks is null. One row group is in memory at a time, column by column, beside
 * what is written.
 */
export async function parquetWithout(
  file: AsyncBuffer,
  columns: readonly ParquetColumn[],
  { column, values }: { readonly column: string; readonly values: ReadonlySet<string> },
): Promise<Without> {
  const { ranges, metadata } = await parquetScan({ file });
  const rows = new Map<string, number>();
  const read = async (range: RowRange, name: string): Promise<Values> =>
    // A scan remembers the column it read last of each name: a new one for each group keeps one group in memory.
    Array.from<unknown>(
      await (await parquetScan({ file, metadata, columns: [name] })).readColumn({ column: name, ...range }),
    );
  const groups: { readonly range: RowRange; readonly kept: readonly boolean[] }[] = [];
  for (const range of ranges) {
    const kept = (await read(range, column)).map(
      (value) => typeof value !== 'string' || !values.has(value) || leave(rows, value),
    );
    groups.push({ range, kept });
  }
  if (rows.size === 0 || !groups.some(({ kept }) => kept.includes(true))) return { rows, bytes: null };

  const there = new Set(metadata.schema.map(({ name }) => name));
  const bytes = new ByteWriter(file.byteLength);
  const writer = new ParquetWriter({ writer: bytes, schema: parquetSchema(columns), codec: 'SNAPPY' });
  for (const { range, kept } of groups) {
    const rowCount = kept.filter(Boolean).length;
    if (rowCount === 0) continue;
    const columnData: { name: string; data: unknown[] }[] = [];
    for (const { name } of columns) {
      const all = there.has(name) ? await read(range, name) : kept.map(() => null);
      columnData.push({ name, data: all.filter((_, index) => kept[index]) });
    }
    await writer.write({ columnData, rowGroupSize: rowCount });
  }
  await writer.finish();
  return { rows, bytes: bytes.getBytes() };
}

/** Counts a row that is left out. */
function leave(rows: Map<string, number>, value: string): false {
  rows.set(value, (rows.get(value) ?? 0) + 1);
  return false;
}
