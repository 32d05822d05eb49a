import type { ClickCounts, CountedPeriod } from './click-counts.ts';
import { BOT_PREFIX, counterName, dayOf, hourOf } from './counters.ts';
import { countOf, sumOf } from './named-counts.ts';
import type { Dimension } from './row.ts';
import { DIMENSIONS } from './row.ts';
import type { SpanParts } from './span-parts.ts';
import type { Subject } from './subject.ts';
import type { Span } from './time-range.ts';
import { HOUR_MS } from './time-zone.ts';
import { estimateVisitors } from './unique-visitors.ts';

/** The counters of a range as they were read: all its days, and those hours of them that were asked for, by name. */
export type RangeCounts = {
  readonly days: ReadonlyMap<string, CountedPeriod>;
  readonly hours: ReadonlyMap<string, CountedPeriod>;
};

/** Everybody, and the machines among them. */
export type Counted = { readonly all: number; readonly bots: number };

/** Clicks with this value alone. */
export type Filter = { readonly dimension: Dimension; readonly value: string };

/** Whether `clicks` means everybody or people. */
export type BotPolicy = 'include' | 'exclude';
export const clicksOf = ({ all, bots }: Counted, policy: BotPolicy): number =>
  policy === 'include' ? all : all - bots;

/** One Query for the days, and one for each unbroken run of hours. */
export async function readRange(
  counts: ClickCounts,
  subject: Subject,
  { startMs, endMs }: Span,
  hoursMs: readonly number[],
): Promise<RangeCounts> {
  const [days, ...hours] = await Promise.all([
    counts.read(subject, dayOf(startMs), dayOf(endMs - 1), 'day'),
    ...runsOf(hoursMs).map(([fromMs, toMs]) => counts.read(subject, hourOf(fromMs), hourOf(toMs), 'hour')),
  ]);
  return { days: byStart(days), hours: byStart(hours.flat()) };
}

const byStart = (periods: readonly CountedPeriod[]) => new Map(periods.map((period) => [period.start, period]));

/** First and last of each run of hours without a gap. */
function runsOf(hoursMs: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const hourMs of [...new Set(hoursMs)].sort((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + HOUR_MS === hourMs) run[1] = hourMs;
    else runs.push([hourMs, hourMs]);
  }
  return runs;
}

/** Clicks in these parts. The days know the total of each of their hours; a filter's hours must have been read. */
export function countIn(read: RangeCounts, { days, hoursMs }: SpanParts, filter: Filter | null): Counted {
  let all = 0;
  let bots = 0;
  const add = (period: CountedPeriod | undefined, name: string, botName: string) => {
    if (period === undefined) return;
    all += countOf(period.counters, name);
    bots += countOf(period.counters, botName);
  };
  const filterName = filter === null ? null : counterName(filter.dimension, filter.value);
  for (const day of days) {
    if (filterName === null) add(read.days.get(day), 'total', 'bot');
    else add(read.days.get(day), filterName, `${BOT_PREFIX}${filterName}`);
  }
  for (const hourMs of hoursMs) {
    const hour = hourOf(hourMs);
    if (filterName !== null) add(read.hours.get(hour), filterName, `${BOT_PREFIX}${filterName}`);
    else add(read.days.get(hour.slice(0, 10)), `hour:${hour.slice(11)}`, `${BOT_PREFIX}hour:${hour.slice(11)}`);
  }
  return { all, bots };
}

/**
 * Different people in these parts. Each UTC day has visitors of its own (`visitor` of `row.ts`), so days add up; of a day
 * that is in only in part, as large a share of its visitors is taken as of its people's clicks.
 */
export function visitorsIn(read: RangeCounts, { days, hoursMs }: SpanParts): number {
  const hoursOfDay = Map.groupBy(hoursMs, dayOf);
  const whole = days.map((day) => visitorsOf(read, day));
  const partly = [...hoursOfDay].map(([day, hours]) => {
    const inDay = peopleIn(read, { days: [day], hoursMs: [] });
    return inDay === 0 ? 0 : (visitorsOf(read, day) * peopleIn(read, { days: [], hoursMs: hours })) / inDay;
  });
  return Math.round([...whole, ...partly].reduce((sum, visitors) => sum + visitors, 0));
}

function visitorsOf(read: RangeCounts, day: string): number {
  const period = read.days.get(day);
  return period === undefined ? 0 : estimateVisitors(period.visitors);
}

const peopleIn = (read: RangeCounts, parts: SpanParts): number => clicksOf(countIn(read, parts, null), 'exclude');

/** Values of each dimension in these parts, with their clicks; the hours must have been read. */
export function valuesIn(
  read: RangeCounts,
  { days, hoursMs }: SpanParts,
  policy: BotPolicy,
): ReadonlyMap<Dimension, ReadonlyMap<string, number>> {
  const values = new Map<Dimension, Map<string, number>>(DIMENSIONS.map((dimension) => [dimension, new Map()]));
  const periods = [...days.map((day) => read.days.get(day)), ...hoursMs.map((ms) => read.hours.get(hourOf(ms)))];
  for (const [name, count] of sumOf(periods.flatMap((period) => period?.counters ?? []))) {
    const isBots = name.startsWith(BOT_PREFIX);
    if (isBots && policy === 'include') continue;
    const [dimension, value] = splitName(isBots ? name.slice(BOT_PREFIX.length) : name);
    const counted = values.get(dimension as Dimension);
    counted?.set(value, (counted.get(value) ?? 0) + (isBots ? -count : count));
  }
  return values;
}

function splitName(name: string): readonly [dimension: string, value: string] {
  const colon = name.indexOf(':');
  return [name.slice(0, Math.max(0, colon)), name.slice(colon + 1)];
}
