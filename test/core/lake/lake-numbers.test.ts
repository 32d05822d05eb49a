import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { newClickId } from '../../../core/clicks/click-id.ts';
import { dayOf } from '../../../core/clicks/counters.ts';
import type { BotPolicy, Filter } from '../../../core/clicks/range-counts.ts';
import { ranked } from '../../../core/clicks/ranked-values.ts';
import type { Click } from '../../../core/clicks/row.ts';
import { DIMENSIONS } from '../../../core/clicks/row.ts';
import { linkOf, tagsOf, workspaceOf } from '../../../core/clicks/subject.ts';
import { summary } from '../../../core/clicks/summary.ts';
import { GRANULARITIES, timeBuckets } from '../../../core/clicks/time-buckets.ts';
import { timeRange } from '../../../core/clicks/time-range.ts';
import { DAY_MS } from '../../../core/clicks/time-zone.ts';
import { timeSeries } from '../../../core/clicks/timeseries.ts';
import { Failure } from '../../../core/errors.ts';
import type { FilteredQuestion } from '../../../core/lake/lake-numbers.ts';
import { lakeBreakdown, lakeSummary, lakeTimeSeries } from '../../../core/lake/lake-numbers.ts';
import { aClick } from '../../fixtures/clicks.ts';
import type { LakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';
import { openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import { memoryClickCounts } from '../../fixtures/memory-click-counts.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';

const DAYS = 45;
const CLICKS = 600;
const LONG = 'long '.repeat(40);
const random = seededRandom(7);
const pick = <T>(...values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];

/** The same person has another hash each UTC day. */
const hashOf = (person: number, day: string): string =>
  createHash('sha256').update(`${person} ${day}`).digest('base64url').slice(0, 16);

const clicks: readonly Click[] = Array.from({ length: CLICKS }, () => {
  const at_ms = NOW_MS - Math.floor(random() * DAYS * DAY_MS);
  return aClick({
    id: newClickId(at_ms),
    at_ms,
    code: pick('aB7x3Kq', 'aB7x3Kq', 'other'),
    workspace_id: pick('ws_1', 'ws_1', 'ws_1', 'ws_2'),
    tags: pick<readonly string[]>(['spring'], [], ["o'clock", 'spring']),
    bot: random() < 0.2,
    source: pick('click', 'click', 'scan'),
    placement: pick('', 'poster'),
    country: pick('DE', 'DE', 'AT', 'US'),
    city: pick('', 'Berlin', 'Wien', "L'Aquila", '__proto__', 'Zürich'),
    device: pick('mobile', 'desktop'),
    utm_campaign: pick('', 'launch', LONG),
    utm_term: random() < 0.5 ? '' : `term ${Math.floor(random() * 40)}`,
    visitor: random() < 0.05 ? '' : hashOf(Math.floor(random() * 9), dayOf(at_ms)),
  });
});

let lake: LakeInDuckDb;
beforeAll(async () => {
  lake = await openLakeInDuckDb();
  for (const [day, some] of Map.groupBy(clicks, ({ at_ms }) => dayOf(at_ms))) {
    const arrivedAtMs = Date.parse(day) + DAY_MS - 1;
    lake.addClicks(some, arrivedAtMs);
    // Delivered again.
    lake.addClicks(some.slice(0, 3), arrivedAtMs);
  }
});
afterAll(() => lake.close());

const deps = () => ({ lake: lake.queries, lakeDelayMs: 0, nowMs: () => NOW_MS });
const counters = { counts: memoryClickCounts(clicks), nowMs: () => NOW_MS };

const SUBJECTS = [
  linkOf({ domain: 'default', code: 'other' }),
  workspaceOf({ workspace_id: 'ws_1' }),
  ...tagsOf({ workspace_id: 'ws_1', tags: ["o'clock"] }),
] as const;
const VALUES = {
  country: ['DE', 'AT'],
  city: ['Berlin', "L'Aquila", '__proto__', 'nowhere'],
  device: ['mobile'],
  source: ['scan', 'click'],
  utm_campaign: ['launch', LONG.slice(0, 100)],
} as const;

const aFilter = fc
  .constantFrom(...(Object.keys(VALUES) as (keyof typeof VALUES)[]))
  .chain((dimension) => fc.constantFrom<string[]>(...VALUES[dimension]).map((value): Filter => ({ dimension, value })));
const aQuestion = fc
  .record({
    workspaceId: fc.constant('ws_1'),
    subject: fc.constantFrom(...SUBJECTS),
    policy: fc.constantFrom<BotPolicy[]>('include', 'exclude'),
    filters: fc.uniqueArray(aFilter, { maxLength: 3, selector: ({ dimension }) => dimension }),
    days: fc.integer({ min: 1, max: DAYS }),
    lasts: fc.integer({ min: 1, max: DAYS * 24 }),
    timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati'),
  })
  .map(({ days, lasts, timezone, ...question }): FilteredQuestion => {
    const startMs = NOW_MS - days * DAY_MS;
    const endMs = Math.min(NOW_MS, startMs + lasts * 3_600_000);
    const [start, end] = [new Date(startMs).toISOString(), new Date(endMs).toISOString()];
    return { ...question, range: timeRange({ start, end, timezone }, NOW_MS) };
  });

/** The clicks that a question is about, found by looking at each. */
const meant = ({ workspaceId, subject, filters, range }: FilteredQuestion): readonly Click[] =>
  clicks.filter(
    (click) =>
      click.workspace_id === workspaceId &&
      click.at_ms >= range.startMs &&
      click.at_ms < range.endMs &&
      (subject.kind !== 'link' || click.code === subject.code) &&
      (subject.kind !== 'tag' || click.tags.includes(subject.tag)) &&
      filters.every(({ dimension, value }) => click[dimension].slice(0, 100) === value),
  );
const wantedBy =
  ({ policy }: FilteredQuestion) =>
  (click: Click) =>
    policy === 'include' || !click.bot;

function rankedBy(question: FilteredQuestion, dimension: (typeof DIMENSIONS)[number]) {
  const groups = Map.groupBy(meant(question).filter(wantedBy(question)), (click) => click[dimension].slice(0, 100));
  groups.delete('');
  return ranked(new Map([...groups].map(([value, some]) => [value, some.length])));
}

const pointsOf = (question: FilteredQuestion, granularity: (typeof GRANULARITIES)[number]) =>
  timeBuckets(question.range, granularity).map(({ startMs, endMs, label }) => {
    const inside = meant(question).filter(({ at_ms }) => at_ms >= startMs && at_ms < endMs);
    const bots = inside.filter(({ bot }) => bot).length;
    return { start: new Date(startMs).toISOString(), label, clicks: inside.filter(wantedBy(question)).length, bots };
  });

describe('Whatever is asked of the lake, by however many filters', () => {
  it('a summary has the numbers of the clicks one by one', async () => {
    await fc.assert(
      fc.asyncProperty(aQuestion, async (question) => {
        const answer = await lakeSummary(deps(), question, { compare: true });
        const inside = meant(question);
        const wanted = inside.filter(wantedBy(question));
        const people = inside.filter(({ bot }) => !bot);
        expect(answer.totals).toEqual({
          clicks: wanted.length,
          scans: wanted.filter(({ source }) => source === 'scan').length,
          people: people.length,
          bots: inside.length - people.length,
          unique_visitors: new Set(people.flatMap(({ visitor }) => (visitor === '' ? [] : visitor))).size,
        });
        expect(answer.series).toEqual(pointsOf(question, answer.granularity));
        for (const dimension of DIMENSIONS)
          expect([dimension, answer.top[dimension]]).toEqual([dimension, rankedBy(question, dimension).slice(0, 10)]);
        const before = { ...question, range: answer.previous?.range ?? question.range };
        expect(answer.previous?.totals.clicks).toBe(meant(before).filter(wantedBy(question)).length);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('a summary without filters is that of the counters', async () => {
    await fc.assert(
      fc.asyncProperty(aQuestion, async (asked) => {
        // The counters of links do not ask whose they are.
        const question = { ...asked, filters: [], subject: workspaceOf({ workspace_id: 'ws_1' }) };
        const counted = await summary(counters, { ...question, filter: null }, { compare: true });
        const found = await lakeSummary(deps(), question, { compare: true });
        const visitors = { unique_visitors: expect.any(Number) };
        expect(found).toEqual({
          ...counted,
          totals: { ...counted.totals, ...visitors },
          previous: counted.previous && {
            ...counted.previous,
            totals: { ...counted.previous.totals, ...visitors },
            change: { ...counted.previous.change, unique_visitors: found.previous?.change.unique_visitors },
          },
        });
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  it.each(GRANULARITIES)(
    'a series by %s is that of the counters where they know one',
    async (granularity) => {
      await fc.assert(
        fc.asyncProperty(aQuestion, async (question) => {
          const found = await lakeTimeSeries(deps(), question, granularity);
          expect(found.series).toEqual(pointsOf(question, granularity));
          const [filter = null, ...others] = question.filters;
          if (others.length > 0 || question.subject.kind === 'link') return;
          const counted = await timeSeries(counters, { ...question, filter }, granularity).catch((error: unknown) => {
            if (error instanceof Failure && error.word === 'UNSUPPORTED_FILTER') return found;
            throw error;
          });
          expect(found).toEqual(counted);
        }),
        { numRuns: 12 },
      );
    },
    60_000,
  );

  it('a breakdown has every value once, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(aQuestion, fc.constantFrom('city', 'utm_term', 'utm_campaign'), async (question, by) => {
        const found: unknown[] = [];
        let after = null;
        do {
          const page: Awaited<ReturnType<typeof lakeBreakdown>> = await lakeBreakdown(deps(), question, {
            by,
            limit: 7,
            after,
          });
          expect(page.clicks).toBe(meant(question).filter(wantedBy(question)).length);
          found.push(...page.values);
          after = page.last;
        } while (after !== null);
        expect(found).toEqual(rankedBy(question, by));
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  it('hours are answered for 100 days at most', async () => {
    const range = { startMs: NOW_MS - 101 * DAY_MS, endMs: NOW_MS, timezone: 'UTC' };
    const question = { workspaceId: 'ws_1', subject: SUBJECTS[1], range, policy: 'exclude', filters: [] } as const;
    await expect(lakeTimeSeries(deps(), question, 'hour')).rejects.toMatchObject({ word: 'VALIDATION_FAILED' });
  });
});
