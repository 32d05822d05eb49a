import { parquetWriteBuffer } from 'hyparquet-writer';
import type { TableColumn } from '../cloud/delivery-streams.ts';
import type { TableRow } from './table-row.ts';

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>[number];

/** Rows as a Parquet file (Snappy) of exactly these columns, all of which may be null. */
export function parquetFile(rows: readonly TableRow[], columns: readonly TableColumn[]): Buffer {
  const root: SchemaElement = { name: 'root', num_children: columns.length };
  return Buffer.from(
    parquetWriteBuffer({
      schema: [root, ...columns.flatMap(elementsOf)],
      columnData: columns.map(({ name }) => ({ name, data: rows.map((row) => row[name]) })),
      codec: 'SNAPPY',
    }),
  );
}

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;

function elementsOf({ name, type }: TableColumn): SchemaElement[] {
  const elements = ELEMENTS[type]?.(name);
  if (elements === undefined) throw new Error(`The laptop writes no Parquet of the type ${type} (${name}).`);
  return elements;
}

/** Glue type → the elements of a Parquet schema. */
const ELEMENTS: Readonly<Record<string, (name: string) => SchemaElement[]>> = {
  string: (name) => [{ name, ...text }],
  boolean: (name) => [{ name, type: 'BOOLEAN', repetition_type: 'OPTIONAL' }],
  // Without a logical type it reads as a timestamp without zone, which is what Glue's `timestamp` is.
  timestamp: (name) => [{ name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' }],
  'array<string>': (name) => [
    { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', ...text },
  ],
};
