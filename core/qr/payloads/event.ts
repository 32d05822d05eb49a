import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { component, contentLine, escapedText } from './content-line.ts';
import { lineOfText, longText, urlText } from './text.ts';

const MAX_TITLE_LENGTH = 200;
const MAX_DESCRIPTION_LENGTH = 1_000;
const DAY_MS = 86_400_000;
const YEAR_10000_MS = Date.UTC(10_000, 0);

/** An instant (RFC 3339, with its zone), or a day for what lasts all day. */
const time = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    'Must be a day as 2026-12-24, or an instant with its zone as 2026-12-24T18:00:00+01:00.',
  )
  .check(z.refine((text) => endMs(text) < YEAR_10000_MS, 'Must end before the year 10000: iCalendar has four digits.'));

export const eventSchema = z
  .strictObject({
    title: lineOfText(MAX_TITLE_LENGTH),
    starts_at: time,
    /** Later than the start; of days, the last one. */
    ends_at: z.optional(time),
    location: z.optional(lineOfText(MAX_TITLE_LENGTH)),
    description: z.optional(longText(MAX_DESCRIPTION_LENGTH)),
    url: z.optional(urlText),
  })
  .check(
    z.refine(({ starts_at, ends_at }) => ends_at === undefined || isDay(starts_at) === isDay(ends_at), {
      path: ['ends_at'],
      message: 'Must be a day where the start is one, and an instant where the start is one.',
      abort: true,
    }),
    z.refine(({ starts_at, ends_at }) => ends_at === undefined || endMs(ends_at) > Date.parse(starts_at), {
      path: ['ends_at'],
      message: 'Must be later than the start.',
    }),
  );
export type CalendarEvent = z.infer<typeof eventSchema>;

const isDay = (text: string): boolean => text.length === 'YYYY-MM-DD'.length;
/** A day ends where the next one begins, which is also how iCalendar writes it. */
const endMs = (text: string): number => Date.parse(text) + (isDay(text) ? DAY_MS : 0);

/** A calendar of one event (RFC 5545). Its id and stamp come from what it says, so that the same event is the same text. */
export function eventText(event: CalendarEvent): string {
  const { title, starts_at, ends_at, location, description, url } = event;
  const text = (property: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [contentLine(property, escapedText(value))];
  return component('VCALENDAR', [
    'VERSION:2.0',
    'PRODID:-//Signpost//EN',
    component('VEVENT', [
      `UID:${uidOf(event)}`,
      `DTSTAMP:${instant(Date.parse(starts_at))}`,
      timeLine('DTSTART', starts_at, Date.parse(starts_at)),
      ...(ends_at === undefined ? [] : [timeLine('DTEND', ends_at, endMs(ends_at))]),
      ...text('SUMMARY', title),
      ...text('LOCATION', location),
      ...text('DESCRIPTION', description),
      ...(url === undefined ? [] : [contentLine('URL', url)]),
    ]),
  ]);
}

const timeLine = (property: string, text: string, ms: number): string =>
  isDay(text) ? `${property};VALUE=DATE:${instant(ms).slice(0, 8)}` : `${property}:${instant(ms)}`;

/** In UTC: `20261224T180000Z`. */
const instant = (ms: number): string => new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');

const uidOf = ({ title, starts_at, ends_at, location }: CalendarEvent): string =>
  createHash('sha256')
    .update(JSON.stringify([title, starts_at, ends_at, location]))
    .digest('hex')
    .slice(0, 16);
