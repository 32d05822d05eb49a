import { dayOf } from './counters.ts';
import type { Span } from './time-range.ts';
import type { Day } from './time-zone.ts';
import { DAY_MS, HOUR_MS } from './time-zone.ts';

/** The UTC days and hours that make up a span: together they cover it exactly once. */
export type SpanParts = {
  readonly days: readonly Day[];
  /** Begin of each hour that lies in no whole day, in milliseconds, ascending. */
  readonly hoursMs: readonly number[];
};

export function partsOf({ startMs, endMs }: Span): SpanParts {
  const firstDayMs = Math.ceil(startMs / DAY_MS) * DAY_MS;
  const lastDayMs = Math.floor(endMs / DAY_MS) * DAY_MS;
  if (firstDayMs >= lastDayMs) return { days: [], hoursMs: steps(startMs, endMs, HOUR_MS) };
  return {
    days: steps(firstDayMs, lastDayMs, DAY_MS).map(dayOf),
    hoursMs: [...steps(startMs, firstDayMs, HOUR_MS), ...steps(lastDayMs, endMs, HOUR_MS)],
  };
}

/** A span that goes on until now, to the end of the UTC day: nothing has been counted there, and the day is whole. */
export const withOpenEnd = (span: Span, nowMs: number): Span =>
  span.endMs > nowMs ? { ...span, endMs: Math.ceil(span.endMs / DAY_MS) * DAY_MS } : span;

const steps = (fromMs: number, toMs: number, stepMs: number): readonly number[] =>
  Array.from({ length: Math.max(0, Math.ceil((toMs - fromMs) / stepMs)) }, (_, index) => fromMs + index * stepMs);
