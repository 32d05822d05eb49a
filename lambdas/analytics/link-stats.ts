import * as z from 'zod/mini';
import type { ClickCounts } from '../../core/clicks/click-counts.ts';
import { dayOf } from '../../core/clicks/counters.ts';
import { linkStats } from '../../core/clicks/link-stats.ts';
import { recordOf } from '../../core/clicks/named-counts.ts';
import { DAY_MS } from '../../core/clicks/time-zone.ts';
import type { Link } from '../../core/links/link.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;
const DAYS_RULE = `Must be a whole number from 1 to ${MAX_DAYS}.`;

export const statsQuery = z.object({
  days: z.optional(
    z.string().check(
      z.regex(/^[1-9]\d{0,2}$/, DAYS_RULE),
      z.refine((days) => Number(days) <= MAX_DAYS, DAYS_RULE),
    ),
  ),
});

/** All-time total, and hours, days, countries and devices of the last `days` (UTC), bots among them. */
export async function statsOf(
  counts: ClickCounts,
  { domain, code }: Link,
  { days = String(DEFAULT_DAYS) }: z.infer<typeof statsQuery>,
  nowMs: number,
) {
  const subject = { kind: 'link', domain, code } as const;
  const fromDay = dayOf(nowMs - (Number(days) - 1) * DAY_MS);
  const [{ total }, periods] = await Promise.all([
    counts.total(subject),
    counts.read(subject, fromDay, dayOf(nowMs), 'day'),
  ]);
  const counted = { total, days: periods.map(({ start, counters }) => ({ day: start, counters: recordOf(counters) })) };
  return { short_code: code, from_day: fromDay, timezone: 'UTC', ...linkStats(counted) };
}

const clicksBy = (name: string) => z.array(z.strictObject({ [name]: z.string(), clicks: z.int() }));

export const statsAnswer = z.strictObject({
  short_code: z.string(),
  from_day: z.string(),
  timezone: z.literal('UTC'),
  total: z.int(),
  bots: z.int(),
  by_day: clicksBy('day'),
  by_hour: clicksBy('hour'),
  by_country: clicksBy('country'),
  by_device: clicksBy('device'),
  counted_through: z.iso.datetime({ offset: true }),
});
