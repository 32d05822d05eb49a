import type { Encode } from '../core/reports/make-report.ts';
import type { ColumnType, ReportColumn, ReportRow, ReportValue } from '../core/reports/report-columns.ts';
import type { ParquetRow } from './parquet-file.ts';
import { parquetPieces } from './parquet-stream.ts';

const GLUE_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'string',
  texts: 'array<string>',
  count: 'bigint',
  flag: 'boolean',
  instant: 'timestamp',
};

/** A report as Parquet. */
export const reportParquet: Encode = (columns, rows) =>
  parquetPieces(
    objectsOf(columns, rows),
    columns.map(({ name, type }) => ({ name, type: GLUE_TYPES[type] })),
  );

async function* objectsOf(
  columns: readonly ReportColumn[],
  rows: AsyncIterable<ReportRow>,
): AsyncGenerator<ParquetRow> {
  for await (const row of rows) {
    yield Object.fromEntries(columns.map(({ name, type }, index) => [name, parquetValue(type, row[index] ?? null)]));
  }
}

function parquetValue(type: ColumnType, value: ReportValue): unknown {
  if (typeof value !== 'number') return value;
  return type === 'instant' ? new Date(value) : BigInt(value);
}
