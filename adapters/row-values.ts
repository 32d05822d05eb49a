import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { BatchInput } from '../core/batches/batch.ts';
import type { BatchFiles } from '../core/batches/batch-store.ts';
import type { RawRow } from '../core/batches/check-row.ts';
import { UnreadableInput } from '../core/batches/plan-batch.ts';
import { readHeader, valueOfCells } from '../core/batches/row-columns.ts';
import { withSeparator } from './csv-separator.ts';

const MAX_ROW_BYTES = 64 * 1024;
const TOO_LONG = `A row has at most ${MAX_ROW_BYTES / 1024} KB.`;
const NO_UTF_8 = 'This is no text in UTF-8.';
/** What stands in the place of bytes that are no UTF-8. */
const REPLACEMENT = '\uFFFD';

/** The rows of an input as they are read: an upload is never whole in memory. Throws UnreadableInput. */
export const rowValues = (files: Pick<BatchFiles, 'stream'>) =>
  async function* ({ key, format }: BatchInput): AsyncGenerator<RawRow> {
    const bytes = await files.stream(key);
    if (bytes === null) throw new UnreadableInput({ row: 0, column: '', reason: 'The rows are not there any more.' });
    yield* format === 'csv' ? csvRows(bytes) : jsonRows(bytes);
  };

async function* jsonRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  let row = 0;
  for await (const line of linesOf(bytes)) {
    if (line !== null && line.trim() === '') continue;
    row += 1;
    yield line === null ? { row, column: '', reason: TOO_LONG } : jsonRow(row, line);
  }
}

function jsonRow(row: number, line: string): RawRow {
  if (line.includes(REPLACEMENT)) return { row, column: '', reason: NO_UTF_8 };
  try {
    // Half a surrogate pair has no UTF-8, and no store takes it.
    if (/\\u[dD][89a-fA-F]/.test(line) && !JSON.stringify(JSON.parse(line)).isWellFormed()) throw new SyntaxError();
    return { row, value: JSON.parse(line) as unknown };
  } catch {
    return { row, column: '', reason: 'This line is no JSON.' };
  }
}

/** Lines without their ends; null for one that is too long. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string | null> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: false });
  let held = '';
  let isTooLong = false;
  for await (const piece of bytes) {
    const lines = (held + decoder.decode(piece, { stream: true })).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) {
      yield isTooLong || line.length > MAX_ROW_BYTES ? null : line;
      isTooLong = false;
    }
    if (held.length > MAX_ROW_BYTES) {
      isTooLong = true;
      held = '';
    }
  }
  held += decoder.decode();
  if (isTooLong || held.length > MAX_ROW_BYTES) yield null;
  else if (held !== '') yield held;
}

async function* csvRows(file: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  const { bytes, separator } = await withSeparator(file);
  const options = {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
    delimiter: separator,
  };
  // Whoever stops reading ends the pipeline, and with it the call.
  const cells = pipeline(Readable.from(bytes), parse(options), () => undefined);
  let columns: readonly string[] | null = null;
  let row = 0;
  try {
    for await (const found of cells as AsyncIterable<readonly string[]>) {
      if (columns === null) {
        const header = readHeader(found);
        if ('reason' in header) throw new UnreadableInput(header);
        columns = header;
        continue;
      }
      row += 1;
      yield csvRow(row, columns, found);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UnreadableInput({ row: row + 1, column: '', reason: REASONS[error.code] ?? error.message });
  }
}

function csvRow(row: number, columns: readonly string[], cells: readonly string[]): RawRow {
  if (cells.length > columns.length) return { row, column: '', reason: 'This line has more cells than the header.' };
  const broken = cells.findIndex((cell) => cell.includes(REPLACEMENT));
  if (broken >= 0) return { row, column: columns[broken] ?? '', reason: NO_UTF_8 };
  return { row, value: valueOfCells(columns, cells) };
}

/** What the parser says in its own words. */
const REASONS: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: TOO_LONG,
  CSV_QUOTE_NOT_CLOSED: 'A quote is opened here or above, and never closed.',
  INVALID_OPENING_QUOTE: 'There is a quote within a cell that does not begin with one.',
  CSV_INVALID_CLOSING_QUOTE:
    'Behind the closing quote of a cell there is more; a quote within a cell is written twice.',
};
