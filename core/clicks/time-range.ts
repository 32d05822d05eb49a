import { parseTimezone } from '../accounts/preference-rules.ts';
import type { Failure } from '../errors.ts';
import { validationFailed } from '../errors.ts';
import type { Day } from './time-zone.ts';
import { addDays, DAY_MS, HOUR_MS, localTime, startOfDay } from './time-zone.ts';

/** From an instant (inclusive) to another (exclusive), both whole hours of UTC: what clicks are counted by. */
export type Span = { readonly startMs: number; readonly endMs: number };

/** A span as somebody at a place asked for it. */
export type TimeRange = Span & { readonly timezone: string };

export const INTERVALS = ['24h', '7d', '30d', '90d', 'custom'] as const;
export type Interval = (typeof INTERVALS)[number];

/** As asked for; `start` and `end` are a day of the time zone, `2026-11-21`, or an RFC 3339 instant. */
export type RangeRequest = {
  readonly interval?: Interval | undefined;
  readonly start?: string | undefined;
  /** Of a day, the day is in. Without it the range goes on until now. */
  readonly end?: string | undefined;
  readonly timezone?: string | undefined;
};

const DAYS_OF = { '7d': 7, '30d': 30, '90d': 90 } as const;
export const MAX_RANGE_DAYS = 366;
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/**
 * The range of a request. `24h` are the last 24 hours with the current one, `7d` and so on the last days of the time
 * zone's calendar with today. No range goes beyond the current hour. Where clocks are not whole hours off UTC, a range
 * begins and ends at the hour before. Throws VALIDATION_FAILED.
 */
export function timeRange(request: RangeRequest, nowMs: number): TimeRange {
  const timezone = parseTimezone(request.timezone ?? 'UTC');
  const nowEndMs = endOfHour(nowMs);
  const isDated = request.start !== undefined || request.end !== undefined;
  const interval = request.interval ?? (isDated ? 'custom' : '30d');
  if (interval === 'custom') return customRange(request, timezone, nowEndMs);
  if (isDated) throw refused('interval', 'not_custom', 'Only the interval custom has a start and an end.');
  if (interval === '24h') return { startMs: nowEndMs - DAY_MS, endMs: nowEndMs, timezone };
  const today = localTime(timezone, nowMs).day;
  const startMs = startOfHour(startOfDay(timezone, addDays(today, 1 - DAYS_OF[interval])));
  return { startMs, endMs: nowEndMs, timezone };
}

function customRange({ start, end }: RangeRequest, timezone: string, nowEndMs: number): TimeRange {
  if (start === undefined) throw refused('start', 'required', 'The interval custom needs a start.');
  const startMs = startOfHour(isDay(start) ? startOfDay(timezone, start) : instantOf('start', start));
  const askedEndMs = end === undefined ? nowEndMs : endOf(end, timezone);
  const endMs = Math.min(askedEndMs, nowEndMs);
  if (startMs < EARLIEST_MS) throw refused('start', 'too_early', 'Must not be before the year 2000.');
  if (startMs >= nowEndMs) throw refused('start', 'in_future', 'Must be in the past.');
  if (startMs >= endMs) throw refused('end', 'before_start', 'Must be after start.');
  if (endMs - startMs > (MAX_RANGE_DAYS + 1) * DAY_MS) {
    throw refused('start', 'too_long', `A range is at most ${MAX_RANGE_DAYS} days long.`);
  }
  return { startMs, endMs, timezone };
}

const endOf = (end: string, timezone: string): number =>
  isDay(end) ? startOfHour(startOfDay(timezone, addDays(end, 1))) : startOfHour(instantOf('end', end) + HOUR_MS - 1);

/** A day there is: `2026-02-30` is none. */
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && isRealDay(text);
const isRealDay = (day: Day): boolean => {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(day);
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function instantOf(path: 'start' | 'end', text: string): number {
  const ms = INSTANT.test(text) && isRealDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(ms)) {
    throw refused(path, 'invalid_time', 'Must be a day, 2026-11-21, or an instant, 2026-11-21T14:00:00Z.');
  }
  return ms;
}

/**
 * The range before: as many whole days of the calendar where it is whole days (a week in which clocks changed is
 * compared with a week), as many hours elsewhere.
 */
export function previousRange({ startMs, endMs, timezone }: TimeRange): TimeRange {
  const first = dayOfHour(timezone, startMs);
  const next = dayOfHour(timezone, endMs);
  const isMidnight = (day: Day, atMs: number) => startOfHour(startOfDay(timezone, day)) === atMs;
  if (!isMidnight(first, startMs) || !isMidnight(next, endMs)) {
    return { startMs: startMs - (endMs - startMs), endMs: startMs, timezone };
  }
  const days = Math.round((Date.parse(next) - Date.parse(first)) / DAY_MS);
  return { startMs: startOfHour(startOfDay(timezone, addDays(first, -days))), endMs: startMs, timezone };
}

/** The day that an hour of UTC belongs to at a place: where a day begins within the hour, it is that day. */
export const dayOfHour = (timezone: string, hourMs: number): Day => localTime(timezone, hourMs + HOUR_MS - 1).day;

export const startOfHour = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;
const endOfHour = (ms: number): number => startOfHour(ms) + HOUR_MS;

const refused = (path: string, code: string, message: string): Failure => validationFailed([{ path, code, message }]);
