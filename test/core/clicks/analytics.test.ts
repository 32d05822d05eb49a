import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { breakdown } from '../../../core/clicks/breakdown.ts';
import type { Question } from '../../../core/clicks/question.ts';
import type { Click } from '../../../core/clicks/row.ts';
import { summary } from '../../../core/clicks/summary.ts';
import { GRANULARITIES } from '../../../core/clicks/time-buckets.ts';
import type { RangeRequest } from '../../../core/clicks/time-range.ts';
import { timeRange } from '../../../core/clicks/time-range.ts';
import { DAY_MS } from '../../../core/clicks/time-zone.ts';
import { timeSeries } from '../../../core/clicks/timeseries.ts';
import type { Failure } from '../../../core/errors.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import { memoryClickCounts } from '../../fixtures/memory-click-counts.ts';

const LINK = { kind: 'link', domain: 'default', code: 'aB7x3Kq' } as const;

const ask = (request: RangeRequest = {}, more: Partial<Question> = {}): Question => ({
  subject: LINK,
  range: timeRange(request, NOW_MS),
  policy: 'exclude',
  filter: null,
  ...more,
});

const depsOf = (clicks: readonly Click[]) => ({ counts: memoryClickCounts(clicks), nowMs: () => NOW_MS });

/** A visitor's hash, the same for the same number. */
const visitor = (number: number): string =>
  createHash('sha256').update(String(number)).digest().subarray(0, 12).toString('base64url');

const at = (instant: string, more: Partial<Click> = {}): Click => aClick({ at_ms: Date.parse(instant), ...more });

const word = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'answered',
    (error: Failure) => error.word,
  );

describe('A summary', () => {
  it('has totals, a series with zeros and the top of every dimension', async () => {
    const deps = depsOf([
      at('2026-11-20T10:00:00Z', { visitor: visitor(1) }),
      at('2026-11-20T11:00:00Z', { visitor: visitor(2), source: 'scan', placement: 'poster', country: 'AT' }),
      at('2026-11-20T12:00:00Z', { visitor: visitor(1), country: 'AT', referrer: '' }),
      at('2026-11-21T10:00:00Z', { visitor: visitor(3), bot: true, country: 'US' }),
    ]);
    const answer = await summary(deps, ask({ interval: '7d' }), { compare: false });
    expect(answer.totals).toEqual({ clicks: 3, scans: 1, people: 3, bots: 1, unique_visitors: 2 });
    expect(answer.granularity).toBe('day');
    expect(answer.series.map(({ label, clicks, bots }) => [label, clicks, bots])).toEqual([
      ['2026-11-15', 0, 0],
      ['2026-11-16', 0, 0],
      ['2026-11-17', 0, 0],
      ['2026-11-18', 0, 0],
      ['2026-11-19', 0, 0],
      ['2026-11-20', 3, 0],
      ['2026-11-21', 0, 1],
    ]);
    expect(answer.top).toMatchObject({
      country: [
        { value: 'AT', clicks: 2 },
        { value: 'DE', clicks: 1 },
      ],
      source: [
        { value: 'click', clicks: 2 },
        { value: 'scan', clicks: 1 },
      ],
      placement: [{ value: 'poster', clicks: 1 }],
      referrer: [{ value: 'news.example', clicks: 2 }],
      utm_term: [],
    });
    expect(answer.previous).toBeNull();
  });

  it('takes bots in where it is asked to', async () => {
    const deps = depsOf([
      at('2026-11-21T10:00:00Z'),
      at('2026-11-21T10:00:01Z', { bot: true, source: 'scan', country: 'US' }),
    ]);
    const { totals, top, series } = await summary(deps, ask({ interval: '7d' }, { policy: 'include' }), {
      compare: false,
    });
    expect(totals).toMatchObject({ clicks: 2, scans: 1, people: 1, bots: 1 });
    expect(top.country).toEqual([
      { value: 'DE', clicks: 1 },
      { value: 'US', clicks: 1 },
    ]);
    expect(series.at(-1)).toMatchObject({ clicks: 2, bots: 1 });
  });

  it('is one Query where the range begins with a UTC day, whatever the hour is', async () => {
    const deps = depsOf([at('2026-11-21T10:00:00Z')]);
    await summary(deps, ask({ interval: '30d' }), { compare: false });
    expect(deps.counts.reads).toEqual(['day 2026-10-23 2026-11-21']);
  });

  it('reads the hours of its edges where it does not', async () => {
    const deps = depsOf([at('2026-10-22T21:59:59Z'), at('2026-10-22T22:00:00Z', { city: 'Wien' })]);
    const { totals, top } = await summary(deps, ask({ interval: '30d', timezone: 'Europe/Berlin' }), {
      compare: false,
    });
    expect(deps.counts.reads).toEqual(['day 2026-10-22 2026-11-21', 'hour 2026-10-22T22 2026-10-22T23']);
    expect(totals).toMatchObject({ clicks: 1, scans: 0 });
    expect(top.city).toEqual([{ value: 'Wien', clicks: 1 }]);
  });

  it('lists ten values at most, equal ones by name', async () => {
    const clicks = Array.from({ length: 12 }, (_, index) =>
      at('2026-11-21T10:00:00Z', { city: `C${String(index).padStart(2, '0')}` }),
    );
    const { top } = await summary(depsOf([...clicks, at('2026-11-21T10:00:00Z', { city: 'C07' })]), ask(), {
      compare: false,
    });
    expect(top.city?.map(({ value }) => value)).toEqual([
      'C07',
      ...['00', '01', '02', '03', '04', '05', '06', '08', '09'].map((n) => `C${n}`),
    ]);
  });

  it('compares with the range before', async () => {
    const deps = depsOf([
      ...Array.from({ length: 4 }, (_, index) => at('2026-11-09T10:00:00Z', { visitor: visitor(index) })),
      ...Array.from({ length: 6 }, (_, index) =>
        at('2026-11-21T10:00:00Z', { visitor: visitor(index), source: 'scan' }),
      ),
    ]);
    const { previous } = await summary(deps, ask({ interval: '7d' }), { compare: true });
    expect(previous).toMatchObject({
      range: { startMs: Date.parse('2026-11-08T11:00:00Z'), endMs: Date.parse('2026-11-15T00:00:00Z') },
      totals: { clicks: 4, scans: 0, people: 4, bots: 0, unique_visitors: 4 },
      change: { clicks: 0.5, scans: null, people: 0.5, bots: null, unique_visitors: 0.5 },
    });
  });

  it('says that it does not know the scans of hours that are not kept any more', async () => {
    const deps = depsOf([at('2026-06-01T10:00:00Z', { source: 'scan' })]);
    const { previous } = await summary(deps, ask({ interval: '90d' }), { compare: true });
    expect(previous?.totals).toMatchObject({ clicks: 1, scans: null });
    expect(previous?.change.scans).toBeNull();
  });

  it('moves an edge whose hours are not kept any more out to its UTC day, for all of its numbers', async () => {
    const deps = depsOf([at('2026-06-01T00:30:00Z'), at('2026-06-02T23:30:00Z')]);
    const asked = ask({ start: '2026-06-01T12:00:00Z', end: '2026-06-02T12:00:00Z' });
    const { range, totals, series, top } = await summary(deps, asked, { compare: false });
    expect(range).toMatchObject({ startMs: Date.parse('2026-06-01'), endMs: Date.parse('2026-06-03') });
    expect(totals.clicks).toBe(2);
    expect(series.reduce((sum, { clicks }) => sum + clicks, 0)).toBe(2);
    expect(top.country).toEqual([{ value: 'DE', clicks: 2 }]);
  });

  it('estimates the visitors of a part of a day by its share of clicks', async () => {
    const clicks = Array.from({ length: 40 }, (_, index) =>
      at(index < 10 ? '2026-11-20T03:00:00Z' : '2026-11-20T20:00:00Z', { visitor: visitor(index % 20) }),
    );
    const { totals } = await summary(depsOf(clicks), ask({ interval: '24h' }), { compare: false });
    expect(totals).toMatchObject({ clicks: 30, unique_visitors: 15 });
  });

  it('adds up visitors of days, because nobody is the same on two', async () => {
    const clicks = ['2026-11-19', '2026-11-20', '2026-11-21'].map((day) =>
      at(`${day}T10:00:00Z`, { visitor: visitor(1) }),
    );
    expect((await summary(depsOf(clicks), ask(), { compare: false })).totals.unique_visitors).toBe(3);
  });
});

describe('A filter', () => {
  const clicks = [
    at('2026-11-20T22:30:00Z', { country: 'DE' }),
    at('2026-11-20T22:30:00Z', { country: 'DE', bot: true }),
    at('2026-11-20T23:30:00Z', { country: 'DE' }),
    at('2026-11-20T23:30:00Z', { country: 'AT' }),
  ];
  const germany = { filter: { dimension: 'country', value: 'DE' } } as const;

  it('leaves what is known of the value alone, and null where nothing is', async () => {
    const { totals, top, series } = await summary(depsOf(clicks), ask({ interval: '7d' }, germany), { compare: true });
    expect(totals).toEqual({ clicks: 2, scans: null, people: 2, bots: 1, unique_visitors: null });
    expect(top).toEqual({ country: [{ value: 'DE', clicks: 2 }] });
    expect(series.at(-2)).toMatchObject({ label: '2026-11-20', clicks: 2, bots: 1 });
  });

  it.each([
    ['UTC', [2, 0]],
    ['Europe/Berlin', [1, 1]],
  ])('counts the days of %s', async (timezone, counts) => {
    const { series } = await timeSeries(depsOf(clicks), ask({ interval: '7d', timezone }, germany), 'day');
    expect(series.slice(-2).map((point) => point.clicks)).toEqual(counts);
  });

  it('counts hours', async () => {
    const { series } = await timeSeries(depsOf(clicks), ask({ interval: '24h' }, germany), 'hour');
    expect(series.filter(({ clicks: some }) => some > 0).map(({ label }) => label)).toEqual([
      '2026-11-20T22:00',
      '2026-11-20T23:00',
    ]);
  });

  it.each<[string, RangeRequest, string]>([
    ['31 days of Berlin', { start: '2026-10-20', end: '2026-11-19', timezone: 'Europe/Berlin' }, 'answered'],
    ['90 days of Berlin', { interval: '90d', timezone: 'Europe/Berlin' }, 'UNSUPPORTED_FILTER'],
    ['90 days of UTC', { interval: '90d' }, 'answered'],
    [
      'days of Berlin long ago',
      { start: '2026-06-01', end: '2026-06-02', timezone: 'Europe/Berlin' },
      'UNSUPPORTED_FILTER',
    ],
    ['days of UTC long ago', { start: '2026-06-01', end: '2026-06-02' }, 'answered'],
  ])('over %s is as it can be: %s', async (_, request, outcome) => {
    expect(await word(timeSeries(depsOf(clicks), ask(request, germany), 'day'))).toBe(outcome);
  });
});

describe('A breakdown', () => {
  const clicks = ['Berlin', 'Berlin', 'Berlin', 'Wien', 'Wien', 'Bern', 'Basel', ''].map((city) =>
    at('2026-11-21T10:00:00Z', { city }),
  );

  it('goes on behind the last value', async () => {
    const pages: unknown[] = [];
    let after: { value: string; clicks: number } | null = null;
    do {
      const page: Awaited<ReturnType<typeof breakdown>> = await breakdown(depsOf(clicks), ask(), {
        by: 'city',
        limit: 2,
        after,
      });
      expect(page.clicks).toBe(8);
      pages.push(page.values.map(({ value, clicks: count }) => `${value} ${count}`));
      after = page.last;
    } while (after !== null);
    expect(pages).toEqual([
      ['Berlin 3', 'Wien 2'],
      ['Basel 1', 'Bern 1'],
    ]);
  });

  it('can be filtered by its own dimension only', async () => {
    const filter = { dimension: 'city', value: 'Wien' } as const;
    const { values, clicks: all } = await breakdown(depsOf(clicks), ask({}, { filter }), {
      by: 'city',
      limit: 2,
      after: null,
    });
    expect([values, all]).toEqual([[{ value: 'Wien', clicks: 2 }], 2]);
    expect(await word(breakdown(depsOf(clicks), ask({}, { filter }), { by: 'country', limit: 2, after: null }))).toBe(
      'UNSUPPORTED_FILTER',
    );
  });

  it('leaves out a value that only bots had', async () => {
    const some = [at('2026-11-21T10:00:00Z', { city: 'Ashburn', bot: true }), at('2026-11-21T10:00:00Z')];
    const { values } = await breakdown(depsOf(some), ask(), { by: 'city', limit: 9, after: null });
    expect(values).toEqual([{ value: 'Berlin', clicks: 1 }]);
  });
});

describe('Whatever is asked, in whichever time zone', () => {
  const aMoment = fc.integer({ min: NOW_MS - 60 * DAY_MS, max: NOW_MS });
  const someClicks = fc.array(
    fc.record({
      at_ms: aMoment,
      bot: fc.boolean(),
      source: fc.constantFrom('click', 'scan'),
      city: fc.constantFrom('', 'Berlin', 'Wien', '__proto__'),
    }),
    { maxLength: 60 },
  );
  const aQuestion = fc.record({
    timezone: fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
    from: aMoment,
    to: aMoment,
    policy: fc.constantFrom('include', 'exclude'),
  });

  it('the numbers are those of the clicks between its ends', async () => {
    await fc.assert(
      fc.asyncProperty(someClicks, aQuestion, async (some, { timezone, from, to, policy }) => {
        const clicks = some.map((click) => aClick(click as Partial<Click>));
        const [start, end] = [new Date(Math.min(from, to)).toISOString(), new Date(Math.max(from, to)).toISOString()];
        const question = ask({ start, end, timezone }, { policy });
        const { startMs, endMs } = question.range;
        const inside = clicks.filter(({ at_ms }) => at_ms >= startMs && at_ms < endMs);
        const wanted = inside.filter(({ bot }) => policy === 'include' || !bot);
        const { totals, series, top } = await summary(depsOf(clicks), question, { compare: false });
        expect(totals).toMatchObject({
          clicks: wanted.length,
          scans: wanted.filter(({ source }) => source === 'scan').length,
          people: inside.filter(({ bot }) => !bot).length,
          bots: inside.filter(({ bot }) => bot).length,
        });
        expect(series.reduce((sum, point) => sum + point.clicks, 0)).toBe(wanted.length);
        for (const { value, clicks: count } of top.city ?? []) {
          expect(count).toBe(wanted.filter(({ city }) => city === value).length);
        }
        expect(top.city?.reduce((sum, { clicks: count }) => sum + count, 0)).toBe(
          wanted.filter(({ city }) => city !== '').length,
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each(GRANULARITIES)('each point by %s has the clicks between its begin and the next', async (granularity) => {
    await fc.assert(
      fc.asyncProperty(someClicks, aQuestion, async (some, { timezone, from, to }) => {
        const clicks = some.map((click) => aClick(click as Partial<Click>));
        const [start, end] = [new Date(Math.min(from, to)).toISOString(), new Date(Math.max(from, to)).toISOString()];
        const question = ask({ start, end, timezone }, { policy: 'include' });
        const { series } = await timeSeries(depsOf(clicks), question, granularity);
        const begins = [...series.map((point) => Date.parse(point.start)), question.range.endMs];
        for (const [index, point] of series.entries()) {
          const [begin, next] = [begins[index] ?? 0, begins[index + 1] ?? 0];
          expect(point.clicks).toBe(clicks.filter(({ at_ms }) => at_ms >= begin && at_ms < next).length);
        }
        expect(begins[0]).toBe(question.range.startMs);
      }),
      { numRuns: 10 },
    );
  });

  it('hours are answered for 100 days at most', async () => {
    const deps = depsOf([]);
    const range = { startMs: NOW_MS - 101 * DAY_MS, endMs: NOW_MS, timezone: 'UTC' };
    expect(await word(timeSeries(deps, ask({}, { range }), 'hour'))).toBe('VALIDATION_FAILED');
    expect(await word(timeSeries(deps, ask({}, { range: { ...range, startMs: NOW_MS - 100 * DAY_MS } }), 'hour'))).toBe(
      'answered',
    );
    expect((await timeSeries(deps, ask({ interval: '24h' }), 'hour')).series).toHaveLength(24);
  });
});
