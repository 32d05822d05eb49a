import fc from 'fast-check';
import type { RangeRequest } from '../../../core/clicks/time-range.ts';
import { previousRange, timeRange } from '../../../core/clicks/time-range.ts';
import { HOUR_MS } from '../../../core/clicks/time-zone.ts';
import type { Failure } from '../../../core/errors.ts';

const NOW = '2026-11-21T12:34:56.789Z';
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const spanOf = (request: RangeRequest, now = NOW): string => {
  const { startMs, endMs } = timeRange(request, Date.parse(now));
  return `${iso(startMs)} ${iso(endMs)}`;
};

function refusal(request: RangeRequest): unknown {
  try {
    return spanOf(request);
  } catch (error) {
    return (error as Failure).details['errors'];
  }
}

describe('A range', () => {
  it.each<[string, RangeRequest, string]>([
    ['30 days with today', {}, '2026-10-23T00:00 2026-11-21T13:00'],
    ['the last 24 hours with this one', { interval: '24h' }, '2026-11-20T13:00 2026-11-21T13:00'],
    ['seven days', { interval: '7d' }, '2026-11-15T00:00 2026-11-21T13:00'],
    ['seven days in Berlin', { interval: '7d', timezone: 'Europe/Berlin' }, '2026-11-14T23:00 2026-11-21T13:00'],
    [
      'seven days where it is tomorrow',
      { interval: '7d', timezone: 'Pacific/Kiritimati' },
      '2026-11-15T10:00 2026-11-21T13:00',
    ],
    ['seven days at half an hour', { interval: '7d', timezone: 'Asia/Kolkata' }, '2026-11-14T18:00 2026-11-21T13:00'],
    [
      '90 days over the change of clocks',
      { interval: '90d', timezone: 'Europe/Berlin' },
      '2026-08-23T22:00 2026-11-21T13:00',
    ],
    ['two days of October', { start: '2026-10-24', end: '2026-10-25' }, '2026-10-24T00:00 2026-10-26T00:00'],
    [
      'a day of 25 hours',
      { start: '2026-10-25', end: '2026-10-25', timezone: 'Europe/Berlin' },
      '2026-10-24T22:00 2026-10-25T23:00',
    ],
    [
      'a day of 23 hours',
      { start: '2026-03-29', end: '2026-03-29', timezone: 'Europe/Berlin' },
      '2026-03-28T23:00 2026-03-29T22:00',
    ],
    ['a day until now', { start: '2026-11-20' }, '2026-11-20T00:00 2026-11-21T13:00'],
    ['today, cut at now', { start: '2026-11-21', end: '2026-11-30' }, '2026-11-21T00:00 2026-11-21T13:00'],
    [
      'hours touched',
      { start: '2026-11-01T10:20:00Z', end: '2026-11-01T11:00:01+00:00' },
      '2026-11-01T10:00 2026-11-01T12:00',
    ],
    ['hours met', { start: '2026-11-01T10:00:00Z', end: '2026-11-01T11:00:00Z' }, '2026-11-01T10:00 2026-11-01T11:00'],
    [
      'instants elsewhere',
      { interval: 'custom', start: '2026-11-01T10:00+05:30', end: '2026-11-01T23:00:00.123-08:00' },
      '2026-11-01T04:00 2026-11-02T08:00',
    ],
  ])('of %s', (_, request, span) => {
    expect(spanOf(request)).toBe(span);
  });

  it.each<[RangeRequest, string, string]>([
    [{ interval: 'custom' }, 'start', 'required'],
    [{ end: '2026-11-20' }, 'start', 'required'],
    [{ interval: '7d', start: '2026-11-20' }, 'interval', 'not_custom'],
    [{ start: '2026-02-30' }, 'start', 'invalid_time'],
    [{ start: '2026-02-30T10:00:00Z' }, 'start', 'invalid_time'],
    [{ start: '2026-11-20T25:00:00Z' }, 'start', 'invalid_time'],
    [{ start: '2026-11-20T10:00:00' }, 'start', 'invalid_time'],
    [{ start: 'yesterday' }, 'start', 'invalid_time'],
    [{ start: '+010000-01-01' }, 'start', 'invalid_time'],
    [{ start: '2026-11-20', end: 'x' }, 'end', 'invalid_time'],
    [{ start: '2026-11-20', end: '2026-11-19' }, 'end', 'before_start'],
    [{ start: '2026-11-22' }, 'start', 'in_future'],
    [{ start: '1999-12-31' }, 'start', 'too_early'],
    [{ start: '2025-11-01' }, 'start', 'too_long'],
  ])('is none in %j', (request, path, code) => {
    expect(refusal(request)).toEqual([{ path, code, message: expect.stringMatching(/\.$/) }]);
  });

  it.each(['Mars/Olympus', '+01:00', '', 'x'.repeat(100)])('knows no time zone %j', (timezone) => {
    expect(refusal({ timezone })).toMatchObject([{ path: 'timezone' }]);
  });

  it('is whole hours and ends with this hour at the latest, whatever is asked for', () => {
    const instant = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...Intl.supportedValuesOf('timeZone')), instant, instant, (timezone, from, to) => {
        const [start, end] = [from, to].map((date) => date.toISOString()).sort();
        const nowMs = Date.parse('2027-01-01T00:00:00Z');
        const { startMs, endMs } = timeRange({ start, end, timezone }, nowMs);
        expect([startMs % HOUR_MS, endMs % HOUR_MS]).toEqual([0, 0]);
        expect(startMs).toBeLessThanOrEqual(Date.parse(start ?? ''));
        expect(endMs).toBeGreaterThanOrEqual(Date.parse(end ?? ''));
        expect(startMs).toBeLessThan(endMs);
      }),
      { numRuns: 100 },
    );
  });
});

describe('The range before', () => {
  it.each<[string, RangeRequest, string]>([
    ['as many hours', { interval: '24h' }, '2026-11-19T13:00 2026-11-20T13:00'],
    ['as many hours of an open range', { interval: '7d' }, '2026-11-08T11:00 2026-11-15T00:00'],
    ['as many days', { start: '2026-11-01', end: '2026-11-07' }, '2026-10-25T00:00 2026-11-01T00:00'],
    [
      'as many days, one of them with 25 hours',
      { start: '2026-10-26', end: '2026-11-01', timezone: 'Europe/Berlin' },
      '2026-10-18T22:00 2026-10-25T23:00',
    ],
    [
      'as many days at half an hour',
      { start: '2026-11-02', end: '2026-11-03', timezone: 'Asia/Kolkata' },
      '2026-10-30T18:00 2026-11-01T18:00',
    ],
  ])('is %s', (_, request, span) => {
    const { startMs, endMs } = previousRange(timeRange(request, Date.parse(NOW)));
    expect(`${iso(startMs)} ${iso(endMs)}`).toBe(span);
  });
});
