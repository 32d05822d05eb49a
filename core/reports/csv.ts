import { textCell } from '../csv-cell.ts';
import type { ReportColumn, ReportRow, ReportValue } from './report-columns.ts';

/**
 * CSV for spreadsheets, which is what CSV is asked for; programs have JSON and Parquet. So it begins with a byte order mark, or
 * Excel would take UTF-8 for something else, and no cell can be taken for a formula. Numbers stay numbers.
 */
export async function* csvOf(columns: readonly ReportColumn[], rows: AsyncIterable<ReportRow>): AsyncGenerator<string> {
  yield `\uFEFF${lineOf(columns.map(({ name }) => textCell(name)))}`;
  for await (const row of rows) yield lineOf(columns.map(({ type }, index) => cellOf(type, row[index] ?? null)));
}

const lineOf = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;

/** Tags are JSON, because as one text they could not be told apart again. */
function cellOf(type: ReportColumn['type'], value: ReportValue): string {
  if (value === null) return '';
  if (type === 'instant') return new Date(Number(value)).toISOString();
  if (typeof value === 'object') return textCell(JSON.stringify(value));
  return typeof value === 'string' ? textCell(value) : String(value);
}
