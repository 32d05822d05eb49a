import { MAX_TEXT_LENGTH, MAX_USER_AGENT_LENGTH } from './click-event.ts';
import { CLICK_ID_PATTERN } from './click-id.ts';
import type { ClickEvent } from './row.ts';
import { CLICK_SOURCES, DEVICES, SEEN_COLUMNS } from './row.ts';

export type SeenClick = Omit<ClickEvent, 'user_agent'>;

export type ReadClickEvent = {
  readonly seen: SeenClick;
  /** Null where the event has none to read: of the former shape, or out of the log of last resort. */
  readonly userAgent: string | null;
  /** What an event of the former shape says itself. */
  readonly isMarkedBot: boolean;
};

/** Far more than any code, domain or workspace id has; far less than a key may have. */
const MAX_NAME_LENGTH = 255;
/** The last millisecond whose year has four digits: days are sorted as text. */
const MAX_AT_MS = Date.UTC(10_000, 0, 1) - 1;

const NAMES: ReadonlySet<string> = new Set(['id', 'domain', 'code', 'workspace_id']);
/** What a click had from the first day. Columns that came later are empty where an event is older than they are. */
const FIRST_COLUMNS = new Set([...NAMES, 'at_ms', 'source', 'country', 'region', 'city', 'device']);
const COLUMNS = Object.entries(SEEN_COLUMNS);

/**
 * The event in a stream record, or null for a record that is none and never will be (a poison record). What is let
 * through here can be counted: nothing later on refuses a click, and so a batch, for what is in it.
 */
export function parseClickEvent(json: string): ReadClickEvent | null {
  const row = parseObject(json);
  if (row === null) return null;
  const seen: Record<string, unknown> = {};
  for (const [column, type] of COLUMNS) {
    const value = row[column] === undefined && !FIRST_COLUMNS.has(column) ? EMPTY[type] : row[column];
    const read = READ[type](value, column);
    if (read === null) return null;
    seen[column] = read;
  }
  const { user_agent: userAgent = null, bot } = row;
  if (!isSeenClick(seen) || (userAgent !== null && typeof userAgent !== 'string')) return null;
  return { seen, userAgent: userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null, isMarkedBot: bot === true };
}

function parseObject(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const EMPTY = { string: '', strings: [], timestamp_ms: undefined } as const;

/** How a value of each type is read; null for a value that is of another. */
const READ = {
  string: (value: unknown, column: string) =>
    typeof value !== 'string' ? null : NAMES.has(column) ? value : tidy(value),
  strings: (value: unknown) =>
    Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value.map(tidy) : null,
  timestamp_ms: (value: unknown) => (typeof value === 'number' ? value : null),
} as const;

/** Half a surrogate pair, cut or sent so, is no text for DynamoDB: two halves would meet as one name. */
const tidy = (text: string): string => text.slice(0, MAX_TEXT_LENGTH).toWellFormed();

function isSeenClick(seen: Readonly<Record<string, unknown>>): seen is SeenClick {
  return (
    CLICK_ID_PATTERN.test(String(seen['id'])) &&
    isTime(Number(seen['at_ms'])) &&
    [seen['domain'], seen['code'], seen['workspace_id']].every((name) => isName(String(name))) &&
    /^[A-Z]{2}$/.test(String(seen['country'])) &&
    DEVICES.some((device) => device === seen['device']) &&
    CLICK_SOURCES.some((source) => source === seen['source'])
  );
}

const isTime = (ms: number): boolean => Number.isSafeInteger(ms) && ms >= 0 && ms <= MAX_AT_MS;
const isName = (text: string): boolean => text.length > 0 && text.length <= MAX_NAME_LENGTH && text.isWellFormed();
