export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A day of the calendar, `2026-11-21`, in whatever time zone is being talked about. */
export type Day = string;

/** What a place's clocks and calendar say at an instant. */
export type LocalTime = { readonly day: Day /** 0 to 23. */; readonly hour: number };

/** Making a formatter costs far more than using it; a function meets few time zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const MAX_FORMATTERS = 64;

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  if (formatters.size === MAX_FORMATTERS) formatters.clear();
  const fresh = new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timezone, fresh);
  return fresh;
}

/** How far a place's clocks are ahead of UTC at an instant, in milliseconds. `timezone` is a known IANA name. */
export function offsetMs(timezone: string, atMs: number): number {
  if (timezone === 'UTC') return 0;
  const parts = new Map(
    formatterOf(timezone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const wallMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wallMs - Math.floor(atMs / 1_000) * 1_000;
}

export function localTime(timezone: string, atMs: number): LocalTime {
  const wall = new Date(atMs + offsetMs(timezone, atMs));
  return { day: wall.toISOString().slice(0, 10), hour: wall.getUTCHours() };
}

/**
 * The first instant of a day in a time zone. Where midnight comes twice it is the first one, where clocks jump over it
 * the jump; a day that the calendar left out begins, empty, where the next one does.
 */
export function startOfDay(timezone: string, day: Day): number {
  const wallMs = Date.parse(`${day}T00:00:00Z`);
  const before = wallMs - offsetMs(timezone, wallMs - DAY_MS);
  const after = wallMs - offsetMs(timezone, wallMs + DAY_MS);
  const midnights = [before, after].filter((atMs) => atMs + offsetMs(timezone, atMs) === wallMs);
  return midnights.length === 0 ? before : Math.min(...midnights);
}

/** The day `count` days later, or earlier where it is negative. */
export const addDays = (day: Day, count: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);

/** The Monday of a day's week (ISO 8601). */
export const mondayOf = (day: Day): Day => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

export const firstOfMonth = (day: Day): Day => `${day.slice(0, 7)}-01`;

export const firstOfNextMonth = (day: Day): Day => firstOfMonth(addDays(firstOfMonth(day), 31));
