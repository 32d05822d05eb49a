import { lakeNameOf } from '../lake/clicks-table.ts';
import type { Click } from './row.ts';
import { CLICK_COLUMNS } from './row.ts';

const COLUMNS = Object.entries(CLICK_COLUMNS) as [keyof typeof CLICK_COLUMNS, string][];

/**
 * A click as a row of the lake: one line of JSON with exactly the columns of `core/lake/clicks-table.ts`. Times are texts such as
 * `2026-03-12T09:26:53.589Z`, which Firehose reads as Glue timestamps.
 */
export function encodeClickRow(click: Click): string {
  const row = Object.fromEntries(
    COLUMNS.map(([column, type]) => [
      lakeNameOf(column),
      type === 'timestamp_ms' ? new Date(Number(click[column])).toISOString() : click[column],
    ]),
  );
  return `${JSON.stringify(row)}\n`;
}
