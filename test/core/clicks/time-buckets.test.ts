import fc from 'fast-check';
import { partsOf, withOpenEnd } from '../../../core/clicks/span-parts.ts';
import type { Granularity } from '../../../core/clicks/time-buckets.ts';
import { GRANULARITIES, timeBuckets, usualGranularity } from '../../../core/clicks/time-buckets.ts';
import type { Span, TimeRange } from '../../../core/clicks/time-range.ts';
import { DAY_MS, HOUR_MS } from '../../../core/clicks/time-zone.ts';

const rangeOf = (start: string, end: string, timezone = 'UTC'): TimeRange => ({
  startMs: Date.parse(`${start}:00Z`),
  endMs: Date.parse(`${end}:00Z`),
  timezone,
});

const aSpan = fc
  .tuple(
    fc.integer({ min: Date.UTC(2011, 11, 20) / HOUR_MS, max: Date.UTC(2040, 0, 1) / HOUR_MS }),
    fc.integer({ min: 1, max: 24 * 100 }),
  )
  .map(([hour, hours]): Span => ({ startMs: hour * HOUR_MS, endMs: (hour + hours) * HOUR_MS }));
const aRange = fc
  .tuple(aSpan, fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC'))
  .map(([span, timezone]): TimeRange => ({ ...span, timezone }));

/** Every hour of the parts, each as often as it is in them. */
const hoursIn = ({ days, hoursMs }: ReturnType<typeof partsOf>): readonly number[] =>
  [
    ...days.flatMap((day) => Array.from({ length: 24 }, (_, hour) => Date.parse(day) + hour * HOUR_MS)),
    ...hoursMs,
  ].sort((one, other) => one - other);
const hoursOf = ({ startMs, endMs }: Span): readonly number[] =>
  Array.from({ length: (endMs - startMs) / HOUR_MS }, (_, index) => startMs + index * HOUR_MS);

describe('The parts of a span', () => {
  it('cover each of its hours exactly once', () => {
    fc.assert(
      fc.property(aSpan, (span) => expect(hoursIn(partsOf(span))).toEqual(hoursOf(span))),
      { numRuns: 200 },
    );
  });

  it('are hours at the edges only', () => {
    fc.assert(
      fc.property(aSpan, (span) => {
        const { hoursMs } = partsOf(span);
        expect(hoursMs.length).toBeLessThanOrEqual(46);
      }),
    );
  });

  it.each([
    ['2026-11-20T00:00', '2026-11-22T00:00', 2, 0],
    ['2026-11-20T23:00', '2026-11-22T01:00', 1, 2],
    ['2026-11-20T10:00', '2026-11-20T12:00', 0, 2],
    ['2026-11-20T10:00', '2026-11-21T12:00', 0, 26],
  ])('of %s to %s are %i days and %i hours', (start, end, days, hours) => {
    const parts = partsOf(rangeOf(start, end));
    expect([parts.days.length, parts.hoursMs.length]).toEqual([days, hours]);
  });

  it('take today whole where the span goes on until now', () => {
    const nowMs = Date.parse('2026-11-21T12:30:00Z');
    expect(partsOf(withOpenEnd(rangeOf('2026-11-20T00:00', '2026-11-21T13:00'), nowMs))).toEqual({
      days: ['2026-11-20', '2026-11-21'],
      hoursMs: [],
    });
    const closed = rangeOf('2026-11-20T00:00', '2026-11-21T12:00');
    expect(withOpenEnd(closed, nowMs)).toEqual(closed);
  });
});

describe('A range cut into points', () => {
  it.each(GRANULARITIES)('by %s has no gap and no overlap, and labels that grow', (granularity: Granularity) => {
    fc.assert(
      fc.property(aRange, (range) => {
        const buckets = timeBuckets(range, granularity);
        expect(buckets.flatMap(hoursOf)).toEqual(hoursOf(range));
        expect(buckets.every(({ startMs, endMs }) => startMs < endMs)).toBe(true);
        const labels = buckets.map(({ label }) => label);
        if (granularity !== 'hour') expect(labels).toEqual([...new Set(labels)].sort());
      }),
      { numRuns: granularity === 'hour' ? 20 : 100 },
    );
  });

  it.each<[string, TimeRange, Granularity, readonly string[], readonly number[]]>([
    [
      'days of Berlin over the end of summer time',
      rangeOf('2026-10-23T22:00', '2026-10-26T23:00', 'Europe/Berlin'),
      'day',
      ['2026-10-24', '2026-10-25', '2026-10-26'],
      [24, 25, 24],
    ],
    [
      'days of Berlin over its begin',
      rangeOf('2026-03-27T23:00', '2026-03-30T22:00', 'Europe/Berlin'),
      'day',
      ['2026-03-28', '2026-03-29', '2026-03-30'],
      [24, 23, 24],
    ],
    [
      'the hour that comes twice',
      rangeOf('2026-10-24T23:00', '2026-10-25T03:00', 'Europe/Berlin'),
      'hour',
      ['2026-10-25T01:00', '2026-10-25T02:00', '2026-10-25T02:00', '2026-10-25T03:00'],
      [1, 1, 1, 1],
    ],
    [
      'days of Kolkata, which begin half an hour early',
      rangeOf('2026-11-18T18:00', '2026-11-20T18:00', 'Asia/Kolkata'),
      'day',
      ['2026-11-19', '2026-11-20'],
      [24, 24],
    ],
    [
      'weeks from Monday on, cut at both ends',
      rangeOf('2026-11-14T00:00', '2026-11-24T00:00'),
      'week',
      ['2026-11-09', '2026-11-16', '2026-11-23'],
      [48, 168, 24],
    ],
    [
      'months',
      rangeOf('2026-01-31T00:00', '2026-03-02T00:00'),
      'month',
      ['2026-01', '2026-02', '2026-03'],
      [24, 672, 24],
    ],
    [
      'the day that Samoa left out',
      rangeOf('2011-12-29T10:00', '2011-12-31T10:00', 'Pacific/Apia'),
      'day',
      ['2011-12-29', '2011-12-31'],
      [24, 24],
    ],
  ])('is %s', (_, range, granularity, labels, hours) => {
    const buckets = timeBuckets(range, granularity);
    expect(buckets.map(({ label }) => label)).toEqual(labels);
    expect(buckets.map(({ startMs, endMs }) => (endMs - startMs) / HOUR_MS)).toEqual(hours);
  });

  it.each([
    [2, 'hour'],
    [3, 'day'],
    [100, 'day'],
    [101, 'month'],
  ])('of %i days is shown by %s', (days, granularity) => {
    expect(usualGranularity({ startMs: 0, endMs: days * DAY_MS })).toBe(granularity);
  });
});
