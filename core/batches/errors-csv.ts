import { csvLine } from '../csv-cell.ts';
import type { RowError } from './row.ts';

/** What is downloaded of rows that failed; no cell of it is a formula. */
export const errorsCsv = (errors: readonly RowError[]): string =>
  [
    csvLine(['row', 'column', 'reason']),
    ...errors.map(({ row, column, reason }) => csvLine([String(row), column, reason])),
  ].join('');
