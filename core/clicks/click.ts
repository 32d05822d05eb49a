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

/** The last millisecond whose year has four digits: days are sorted as text. */
const MAX_AT_MS = Date.UTC(10_000, 0, 1) - 1;
/** Far more than any code, domain or workspace id has; far less than a key may have. */
const MAX_NAME_LENGTH = 255;

/** What is let through here can be counted: nothing later on refuses a click, and so a batch, for what is in it. */
function isClick(value: unknown): value is Click {
  if (typeof value !== 'object' || value === null) return false;
  const row = value as Record<string, unknown>;
  return (
    Object.entries(CLICK_COLUMNS).every(([column, type]) => typeof row[column] === JAVASCRIPT_TYPE[type]) &&
    CLICK_ID_PATTERN.test(String(row['id'])) &&
    isTime(Number(row['at_ms'])) &&
    [row['domain'], row['code'], row['workspace_id']].every((name) => isName(String(name))) &&
    /^[A-Z]{2}$/.test(String(row['country'])) &&
    DEVICES.some((device) => device === row['device']) &&
    CLICK_SOURCES.some((source) => source === row['source'])
  );
}

const isTime = (ms: number): boolean => Number.isSafeInteger(ms) && ms >= 0 && ms <= MAX_AT_MS;
const isName = (text: string): boolean => text.length > 0 && text.length <= MAX_NAME_LENGTH;
