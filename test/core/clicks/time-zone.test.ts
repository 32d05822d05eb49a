import fc from 'fast-check';
import {
  addDays,
  DAY_MS,
  firstOfNextMonth,
  localTime,
  mondayOf,
  offsetMs,
  startOfDay,
} from '../../../core/clicks/time-zone.ts';

const iso = (ms: number): string => new Date(ms).toISOString().replace(':00.000Z', 'Z');

describe('A day of a place', () => {
  it.each([
    ['UTC', '2026-11-21', '2026-11-21T00:00Z'],
    ['Europe/Berlin', '2026-11-21', '2026-11-20T23:00Z'],
    ['Europe/Berlin', '2026-07-01', '2026-06-30T22:00Z'],
    ['America/Los_Angeles', '2026-11-21', '2026-11-21T08:00Z'],
    ['Asia/Kolkata', '2026-11-21', '2026-11-20T18:30Z'],
    ['Asia/Kathmandu', '2026-11-21', '2026-11-20T18:15Z'],
    ['Pacific/Kiritimati', '2026-11-21', '2026-11-20T10:00Z'],
    ['Pacific/Pago_Pago', '2026-11-21', '2026-11-21T11:00Z'],
  ])('in %s, %s begins at %s', (timezone, day, begin) => {
    expect(iso(startOfDay(timezone, day))).toBe(begin);
  });

  it.each([
    // Clocks go forward and back.
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['America/New_York', '2026-03-08', 23],
    ['America/New_York', '2026-11-01', 25],
    ['Australia/Lord_Howe', '2026-10-04', 23.5],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    // They go forward at midnight: the day begins at one o'clock.
    ['Africa/Cairo', '2026-04-24', 23],
    ['Asia/Beirut', '2026-03-29', 23],
    // They go back to midnight: midnight comes twice.
    ['America/Havana', '2026-11-01', 25],
    // The day that Samoa left out.
    ['Pacific/Apia', '2011-12-29', 24],
    ['Pacific/Apia', '2011-12-30', 0],
    ['Pacific/Apia', '2011-12-31', 24],
  ])('in %s, %s has %d hours', (timezone, day, hours) => {
    expect((startOfDay(timezone, addDays(day, 1)) - startOfDay(timezone, day)) / 3_600_000).toBe(hours);
  });

  it('is the day that its first instant says, wherever the day exists', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2012, 0, 2) / DAY_MS, max: Date.UTC(2040, 0, 1) / DAY_MS }),
        (timezone, dayNumber) => {
          const day = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
          const begin = startOfDay(timezone, day);
          expect(localTime(timezone, begin).day).toBe(day);
          expect(localTime(timezone, begin - 1).day).toBe(addDays(day, -1));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('The clocks of a place', () => {
  it.each([
    ['UTC', '2026-07-01T12:00:00.500Z', 0],
    ['Europe/Berlin', '2026-03-29T00:59:59.999Z', 1],
    ['Europe/Berlin', '2026-03-29T01:00:00.000Z', 2],
    ['Asia/Kolkata', '2026-03-29T01:00:00.000Z', 5.5],
    ['America/St_Johns', '2026-07-01T00:00:00.000Z', -2.5],
  ])('in %s at %s are %d hours ahead', (timezone, instant, hours) => {
    expect(offsetMs(timezone, Date.parse(instant)) / 3_600_000).toBe(hours);
  });
});

describe('The calendar', () => {
  it.each([
    ['2026-11-21', '2026-11-16'],
    ['2026-11-16', '2026-11-16'],
    ['2026-11-22', '2026-11-16'],
    ['2027-01-01', '2026-12-28'],
  ])('has %s in the week of %s', (day, monday) => {
    expect(mondayOf(day)).toBe(monday);
  });

  it.each([
    ['2026-01-31', '2026-02-01'],
    ['2024-02-01', '2024-03-01'],
    ['2026-12-15', '2027-01-01'],
  ])('goes on after the month of %s with %s', (day, first) => {
    expect(firstOfNextMonth(day)).toBe(first);
  });
});
