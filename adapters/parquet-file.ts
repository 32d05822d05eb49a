import { parquetWriteBuffer } from 'hyparquet-writer';

/** A column of a table, with its type by its Glue (Hive) name. */
export type ParquetColumn = { readonly name: string; readonly type: string };
/** Texts, booleans, Dates for timestamps, bigints for `bigint`, lists of texts; null or nothing where it has no value. */
export type ParquetRow = Readonly<Record<string, unknown>>;

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>[number];

/** Rows as a Parquet file (Snappy) of exactly these columns, all of which may be null. Throws on a type it cannot write. */
export function parquetFile(rows: readonly ParquetRow[], columns: readonly ParquetColumn[]): Buffer {
  return Buffer.from(
    parquetWriteBuffer({
      schema: parquetSchema(columns),
      columnData: columns.map(({ name }) => ({ name, data: rows.map((row) => row[name]) })),
      codec: 'SNAPPY',
    }),
  );
}

export const parquetSchema = (columns: readonly ParquetColumn[]): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.flatMap(elementsOf),
];

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;

function elementsOf({ name, type }: ParquetColumn): SchemaElement[] {
  const elements = ELEMENTS[type]?.(name);
  if (elements === undefined) throw new Error(`Signpost writes no Parquet of the type ${type} (${name}).`);
  return elements;
}

/** Glue type → the elements of a Parquet schema. */
const ELEMENTS: Readonly<Record<string, (name: string) => SchemaElement[]>> = {
  string: (name) => [{ name, ...text }],
  boolean: (name) => [{ name, type: 'BOOLEAN', repetition_type: 'OPTIONAL' }],
  bigint: (name) => [{ name, type: 'INT64', repetition_type: 'OPTIONAL' }],
  // Without a logical type it reads as a timestamp without zone, which is what Glue's `timestamp` is.
  timestamp: (name) => [{ name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' }],
  'array<string>': (name) => [
    { name, converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', ...text },
  ],
};
