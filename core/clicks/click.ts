import { CLICK_ID_PATTERN } from './click-id.ts';
import type { Click } from './row.ts';
import { CLICK_COLUMNS, CLICK_SOURCES, DEVICES } from './row.ts';

/** On the stream a click is one line of JSON with exactly the columns of `row.ts`. */
export const encodeClick = (click: Click): string => JSON.stringify(click);

const JAVASCRIPT_TYPE = { string: 'string', timestamp_ms: 'number', boolean: 'boolean' } as const;

/** The click in a stream record, or null for a record that is none and never will be (a poison record). */
export function parseClick(json: string): Click | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  return isClick(value) ? value : null;
}

function isClick(value: unknown): value is Click {
  if (typeof value !== 'object' || value === null) return false;
  const row = value as Record<string, unknown>;
  return (
    Object.entries(CLICK_COLUMNS).every(([column, type]) => typeof row[column] === JAVASCRIPT_TYPE[type]) &&
    CLICK_ID_PATTERN.test(String(row['id'])) &&
    Number.isSafeInteger(row['at_ms']) &&
    DEVICES.some((device) => device === row['device']) &&
    CLICK_SOURCES.some((source) => source === row['source'])
  );
}
