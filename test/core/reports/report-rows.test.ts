import type { Click } from '../../../core/clicks/row.ts';
import type { Granularity } from '../../../core/clicks/time-buckets.ts';
import { timeBuckets } from '../../../core/clicks/time-buckets.ts';
import type { LakeRow } from '../../../core/lake/lake-queries.ts';
import type { ReportOrder } from '../../../core/reports/report.ts';
import { columnsOf } from '../../../core/reports/report-columns.ts';
import { queryOf } from '../../../core/reports/report-query.ts';
import { rowsOf } from '../../../core/reports/report-rows.ts';
import { allOf } from '../../fixtures/all-of.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { type LakeInDuckDb, openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';
import { anOrder, aReport } from '../../fixtures/reports.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';

const HOUR_MS = 3_600_000;
const YEAR = { startMs: Date.UTC(2025, 10, 22), endMs: Date.UTC(2026, 10, 22) };
/** Days of that year around which clocks change somewhere, and some others. */
const DAYS = [
  '2025-11-22',
  '2025-12-31',
  '2026-02-14',
  '2026-03-07',
  '2026-03-22',
  '2026-03-28',
  '2026-10-24',
  '2026-10-31',
  '2026-11-20',
];
const CITIES = ['', 'Berlin', "L'Aquila", '=1+1'] as const;

/** A year of clicks, some of them twice in the lake, some of them later than the hour they arrive with. */
const random = seededRandom(4);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
const clicks: readonly Click[] = Array.from({ length: 900 }, (_, index) =>
  aClick({
    id: `click-${index}`,
    at_ms: Date.parse(pick(DAYS)) + Math.floor(random() * 48 * HOUR_MS),
    workspace_id: index % 10 === 0 ? 'ws_2' : 'ws_1',
    code: pick(['a', 'b', 'c']),
    source: pick(['click', 'scan'] as const),
    country: pick(['DE', 'AT', 'US']),
    city: pick(CITIES),
    tags: pick([[], ['spring'], ['spring', 'a, b']]),
    bot: random() < 0.2,
    visitor: pick(['v1', 'v2', 'v3', '']),
  }),
);

let lake: LakeInDuckDb;
beforeAll(async () => {
  lake = await openLakeInDuckDb();
  for (const day of Map.groupBy(clicks, ({ at_ms }) => new Date(at_ms).toISOString().slice(0, 10)).values()) {
    const arrivedAtMs = Math.max(...day.map(({ at_ms }) => at_ms));
    lake.addClicks(day, arrivedAtMs);
    lake.addClicks(
      day.filter((_, index) => index % 3 === 0),
      arrivedAtMs,
    );
  }
});
afterAll(() => lake.close());

async function made(order: Partial<ReportOrder>): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const report = aReport({ order: anOrder({ range: { ...YEAR, timezone: 'UTC' }, ...order }) });
  const found = await lake.ask(queryOf(report));
  async function* answered(): AsyncGenerator<LakeRow> {
    yield* found;
  }
  const names = columnsOf(report.order.subject).map(({ name }) => name);
  const rows = await allOf(rowsOf(report.order, answered()));
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
}

const own = clicks.filter(({ workspace_id }) => workspace_id === 'ws_1');
/** What is counted of clicks, bots left out of `clicks`. */
const counted = (some: readonly Click[]) => {
  const people = some.filter(({ bot }) => !bot);
  return {
    clicks: people.length,
    scans: people.filter(({ source }) => source === 'scan').length,
    people: people.length,
    bots: some.length - people.length,
    unique_visitors: new Set(people.flatMap(({ visitor }) => (visitor === '' ? [] : [visitor]))).size,
  };
};
const within = ({ startMs, endMs }: { startMs: number; endMs: number }) =>
  own.filter(({ at_ms }) => at_ms >= startMs && at_ms < endMs);

describe('The rows of a report', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Africa/Casablanca', 'Pacific/Kiritimati'];
  const series = zones.flatMap((timezone) =>
    (['day', 'week', 'month'] as const).map((granularity): [string, Granularity] => [timezone, granularity]),
  );

  it.each<[string, Granularity]>([...series, ['America/New_York', 'hour'], ['Asia/Kolkata', 'hour']])(
    'of a series in %s are its points by %s, as the API cuts them',
    async (timezone, granularity) => {
      const range = granularity === 'hour' ? { startMs: Date.UTC(2026, 9, 20), endMs: Date.UTC(2026, 10, 10) } : YEAR;
      const rows = await made({ subject: { kind: 'timeseries', granularity }, range: { ...range, timezone } });
      expect(rows).toEqual(
        timeBuckets({ ...range, timezone }, granularity).map((bucket) => ({
          start: bucket.startMs,
          label: bucket.label,
          ...counted(within(bucket)),
        })),
      );
    },
  );

  it('of clicks are each once, in the order of time, with tags that have commas', async () => {
    const rows = await made({
      subject: { kind: 'clicks' },
      filters: { link: null, tag: 'spring', bots: 'include', values: {} },
    });
    const tagged = own.filter(({ tags }) => tags.includes('spring'));
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(tagged.map(({ id }) => id)));
    expect(rows).toHaveLength(tagged.length);
    const byId = new Map(rows.map((row) => [row['id'], row]));
    for (const { id, at_ms, code, tags, bot, city } of tagged) {
      expect(byId.get(id)).toMatchObject({ clicked_at: at_ms, short_code: code, tags, bot, city });
    }
  });

  it('of a breakdown are the pairs of values there are, with filters on others', async () => {
    const values = { source: 'scan', country: 'DE' } as const;
    const rows = await made({
      subject: { kind: 'breakdown', by: ['city', 'device'] },
      filters: { link: { domain: 'default', code: 'a' }, tag: null, bots: 'exclude', values },
    });
    const some = own.filter(({ source, country, code }) => source === 'scan' && country === 'DE' && code === 'a');
    const groups = [...Map.groupBy(some, ({ city }) => city)].map(([city, of]) => ({
      city,
      device: 'mobile',
      ...counted(of),
    }));
    expect(new Set(rows)).toEqual(new Set(groups));
    expect(rows.map(({ clicks: each }) => each)).toEqual(groups.map(({ clicks: each }) => each).sort((a, b) => b - a));
  });

  it('of links are the links, with their first and last click', async () => {
    const rows = await made({ subject: { kind: 'links' } });
    const links = [...Map.groupBy(own, ({ code }) => code)].map(([short_code, of]) => ({
      short_code,
      ...counted(of),
      first_click_at: Math.min(...of.map(({ at_ms }) => at_ms)),
      last_click_at: Math.max(...of.map(({ at_ms }) => at_ms)),
    }));
    expect(new Set(rows)).toEqual(new Set(links));
  });

  it('of usage are the days, with the links that were visited', async () => {
    const range = { startMs: YEAR.startMs, endMs: YEAR.startMs + 31 * 24 * HOUR_MS, timezone: 'America/New_York' };
    const rows = await made({ subject: { kind: 'usage' }, range });
    expect(rows).toEqual(
      timeBuckets(range, 'day').map((bucket) => ({
        start: bucket.startMs,
        label: bucket.label,
        links: new Set(within(bucket).map(({ code }) => code)).size,
        ...counted(within(bucket)),
      })),
    );
  });
});
