import type { ZodMiniType } from 'zod/mini';
import type { Click } from '../../core/clicks/row.ts';
import { DIMENSIONS } from '../../core/clicks/row.ts';
import type { LakeQueries, LakeQuery, QueryOutcome } from '../../core/lake/lake-queries.ts';
import { breakdownAnswer, summaryAnswer, timeSeriesAnswer } from '../../lambdas/analytics/schemas.ts';
import { analyticsApi } from '../fixtures/analytics-api.ts';
import { aClick } from '../fixtures/clicks.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

const CLICKS: readonly Click[] = [
  aClick(),
  aClick({ city: 'Wien', country: 'AT', tags: [] }),
  aClick({ code: 'other', city: 'Wien', country: 'AT', source: 'scan', bot: true }),
  aClick({ workspace_id: 'ws_2', code: 'foreign', city: 'Secret' }),
];

const SUMMARY = '/v1/analytics/summary';
const SERIES = '/v1/analytics/timeseries';
const BREAKDOWN = '/v1/analytics/breakdown';

function world() {
  const { call, reads, clock } = analyticsApi(CLICKS);
  const get = (path: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    call('GET', path, { query, headers });
  return { call, get, reads, clock };
}

describe('Analytics', () => {
  it.each([
    [SUMMARY, {}, summaryAnswer],
    [SUMMARY, { short_code: 'aB7x3Kq', compare: 'previous', timezone: 'Asia/Kolkata' }, summaryAnswer],
    [SUMMARY, { country: 'AT' }, summaryAnswer],
    [SERIES, { granularity: 'week', interval: '90d' }, timeSeriesAnswer],
    [SERIES, { tag: 'spring', device: 'mobile' }, timeSeriesAnswer],
    [BREAKDOWN, { by: 'city' }, breakdownAnswer],
  ])('%s with %j answers the documented shape', async (path, query, schema) => {
    const answer = await world().get(path, query);
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: {
        'content-type': 'application/json',
        'cache-control': 'private, max-age=5',
        vary: 'Authorization, Cookie, X-Signpost-Workspace',
        etag: expect.stringMatching(/^W\/"[\w-]{22}"$/),
        'ratelimit-policy': expect.stringContaining('creates'),
      },
    });
    expect(schema.safeParse(parsed(answer)).error).toBeUndefined();
    expect(parsed(answer)).toMatchObject({ counted_through: new Date(NOW_MS).toISOString() });
  });

  it.each([
    [{}, { short_code: null, tag: null }, 2],
    [{ short_code: 'aB7x3Kq' }, { short_code: 'aB7x3Kq', tag: null }, 2],
    [{ tag: 'spring' }, { short_code: null, tag: 'spring' }, 1],
    [{ tag: 'none' }, { short_code: null, tag: 'none' }, 0],
    [{ bots: 'include' }, { bots: 'include' }, 3],
    [{ city: 'Wien' }, { filters: [{ dimension: 'city', value: 'Wien' }] }, 1],
  ])('is about the workspace, a tag or a link: %j', async (query, asked, clicks) => {
    const { get } = world();
    const answer = parsed(await get(SUMMARY, query));
    expect(answer).toMatchObject({ ...asked, totals: { clicks } });
    expect(JSON.stringify(answer)).not.toContain('Secret');
  });

  it.each([SUMMARY, SERIES, BREAKDOWN])('%s is nobody else’s', async (path) => {
    const { get, call, reads } = world();
    const by: Record<string, string> = path === BREAKDOWN ? { by: 'city' } : {};
    for (const code of ['foreign', 'nothing']) {
      expect(problemIn(await get(path, { ...by, short_code: code })).error).toBe('URL_NOT_FOUND');
    }
    const writer = keyIdentity({ scopes: ['urls:write'] });
    expect(problemIn(await call('GET', path, { identity: writer }))).toMatchObject({
      error: 'FORBIDDEN',
      required_scope: 'analytics:read',
    });
    expect(problemIn(await call('GET', path, { identity: null })).error).toBe('UNAUTHENTICATED');
    expect(reads).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    [SUMMARY, { interval: '1y' }, 'interval'],
    [SUMMARY, { interval: 'custom' }, 'start'],
    [SUMMARY, { timezone: 'Mars/Olympus' }, 'timezone'],
    [SUMMARY, { bots: 'maybe' }, 'bots'],
    [SUMMARY, { compare: 'next' }, 'compare'],
    [SUMMARY, { short_code: 'aB7x3Kq', tag: 'spring' }, 'tag'],
    [SUMMARY, { contry: 'DE' }, 'contry'],
    [SUMMARY, { country: 'de' }, 'country'],
    [SUMMARY, { device: 'fridge' }, 'device'],
    [SUMMARY, { answered_by: 'guessing' }, 'answered_by'],
    [SUMMARY, { city: 'x'.repeat(101) }, 'city'],
    [SUMMARY, { city: '' }, 'city'],
    [SERIES, { granularity: 'minute' }, 'granularity'],
    [SERIES, { granularity: 'hour', start: '2026-01-01' }, 'granularity'],
    [BREAKDOWN, {}, 'by'],
    [BREAKDOWN, { by: 'total' }, 'by'],
    [BREAKDOWN, { by: 'city', limit: '101' }, 'limit'],
    [BREAKDOWN, { by: 'city', cursor: 'x' }, 'cursor'],
  ])('%s refuses %j', async (path, query, member) => {
    expect(problemIn(await world().get(path, query))).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path: member }],
    });
  });

  it.each<[string, Record<string, string>]>([
    [SUMMARY, { country: 'DE', device: 'mobile' }],
    [BREAKDOWN, { by: 'city', country: 'DE' }],
    [SUMMARY, { country: 'DE', interval: '90d', timezone: 'Europe/Berlin' }],
  ])('%s says that counters do not know %j', async (path, query) => {
    expect(problemIn(await world().get(path, { ...query, answered_by: 'counters' }))).toMatchObject({
      error: 'UNSUPPORTED_FILTER',
      status: 422,
    });
  });

  it.each(DIMENSIONS)('breaks down by %s', async (by) => {
    expect((await world().get(BREAKDOWN, { by })).statusCode).toBe(200);
  });
});

/** As the lake answers: the totals, two cities, one day. */
const LAKE_ROWS = [
  { dimension: 'all', value: '', clicks: '7', scans: '2', people: '7', bots: '1', unique_visitors: '5' },
  { dimension: 'city', value: 'Wien', clicks: '4', scans: '2', people: '4', bots: '0', unique_visitors: '0' },
  { dimension: 'city', value: 'Bern', clicks: '3', scans: '0', people: '3', bots: '1', unique_visitors: '0' },
  {
    dimension: 'period',
    value: '2026-11-21 00',
    clicks: '7',
    scans: '2',
    people: '7',
    bots: '1',
    unique_visitors: '0',
  },
];

describe('What counters do not know', () => {
  const withLake = (outcome: QueryOutcome = { kind: 'rows', rows: LAKE_ROWS, scannedBytes: 1 }) => {
    const asked: LakeQuery[] = [];
    const lake: LakeQueries = {
      async ask(query, timeoutMs) {
        expect(timeoutMs).toBeLessThanOrEqual(20_000);
        asked.push(query);
        return outcome;
      },
    };
    const { call, reads, failures } = analyticsApi(CLICKS, { lake });
    const get = (path: string, query: Record<string, string>) => call('GET', path, { query });
    return { get, asked, reads, failures };
  };

  it.each<[string, Record<string, string>, object, ZodMiniType]>([
    [
      SUMMARY,
      { country: 'AT', device: 'mobile' },
      { totals: { clicks: 7, scans: 2, people: 7, bots: 1, unique_visitors: 5 }, top: { city: [{}, {}], os: [] } },
      summaryAnswer,
    ],
    [SUMMARY, { country: 'AT' }, { totals: { scans: 2, unique_visitors: 5 }, previous: null }, summaryAnswer],
    [SERIES, { country: 'AT', device: 'mobile', interval: '7d' }, { totals: { clicks: 7, bots: 1 } }, timeSeriesAnswer],
    [
      BREAKDOWN,
      { by: 'city', country: 'AT' },
      { clicks: 7, data: [{ value: 'Wien', clicks: 4 }, {}] },
      breakdownAnswer,
    ],
    [BREAKDOWN, { by: 'city', limit: '1', country: 'AT' }, { data: [{ value: 'Wien' }] }, breakdownAnswer],
    [SUMMARY, { answered_by: 'lake' }, { filters: [], totals: { unique_visitors: 5 } }, summaryAnswer],
  ])('the lake does: %s %j', async (path, query, numbers, schema) => {
    const { get, asked, reads } = withLake();
    const answer = await get(path, query);
    expect(answer.statusCode).toBe(200);
    expect(schema.safeParse(parsed(answer)).error).toBeUndefined();
    // Firehose may take two minutes, and an answer is given again for three.
    const counted_through = new Date(NOW_MS - 300_000).toISOString();
    expect(parsed(answer)).toMatchObject({ ...numbers, answered_by: 'lake', counted_through });
    expect([asked.length, asked[0]?.maxAgeMinutes, reads]).toEqual([1, 3, []]);
  });

  it('is one query, and one for the range before', async () => {
    const { get, asked } = withLake();
    const { previous } = parsed(await get(SUMMARY, { country: 'AT', device: 'mobile', compare: 'previous' }));
    expect(asked).toHaveLength(2);
    expect(previous).toMatchObject({ totals: { clicks: 7 }, change: { clicks: 0 } });
  });

  it.each<[string, Record<string, string>]>([
    [SUMMARY, {}],
    [SERIES, { country: 'AT' }],
    [BREAKDOWN, { by: 'city', city: 'Wien' }],
    [SUMMARY, { country: 'AT', answered_by: 'counters' }],
  ])('costs no query where it is not asked: %s %j', async (path, query) => {
    const { get, asked } = withLake();
    expect(parsed(await get(path, query))).toMatchObject({ answered_by: 'counters' });
    expect(asked).toEqual([]);
  });

  it('goes on by cursor', async () => {
    const { get, asked } = withLake();
    const query = { by: 'city', limit: '1', country: 'AT' };
    const { next_cursor: cursor } = parsed(await get(BREAKDOWN, query));
    expect((await get(BREAKDOWN, { ...query, cursor: String(cursor) })).statusCode).toBe(200);
    expect(asked[1]?.sql.text).toContain("(clicks < 4 OR (clicks = 4 AND value > 'Wien'))");
  });

  it.each<[QueryOutcome, string, number]>([
    [{ kind: 'too_slow', reason: 'It took too long.' }, 'QUESTION_TOO_LARGE', 422],
    [{ kind: 'cancelled', reason: 'Bytes scanned limit was exceeded' }, 'QUESTION_TOO_LARGE', 422],
    [{ kind: 'failed', reason: 'Query exhausted resources at this scale factor' }, 'QUESTION_TOO_LARGE', 422],
    [{ kind: 'failed', reason: 'GENERIC_INTERNAL_ERROR' }, 'SERVICE_UNAVAILABLE', 503],
    [{ kind: 'refused', reason: 'mismatched input' }, 'INTERNAL', 500],
  ])('and the lake cannot tell because of %j is %s', async (outcome, error, status) => {
    const { get } = withLake(outcome);
    for (const [path, query] of [
      [SUMMARY, { country: 'AT', device: 'mobile' }],
      [BREAKDOWN, { by: 'city', country: 'AT' }],
      [SUMMARY, { answered_by: 'lake' }],
      [SUMMARY, { country: 'DE', interval: '90d', timezone: 'Europe/Berlin' }],
    ] as const)
      expect(problemIn(await get(path, query))).toMatchObject({ error, status });
  });

  it('is null where the lake fails and counters know the rest', async () => {
    const { get, failures } = withLake({ kind: 'too_slow', reason: 'It took too long.' });
    const answer = parsed(await get(SUMMARY, { country: 'AT', bots: 'include' }));
    expect(answer).toMatchObject({
      answered_by: 'counters',
      totals: { clicks: 2, scans: null, unique_visitors: null },
    });
    expect(failures).toHaveLength(1);
  });
});

describe('The same numbers', () => {
  it.each(['the tag', 'a strong one', 'among others', 'anything'])('are 304 to whoever has them: %s', async (kind) => {
    const { get } = world();
    const { headers } = await get(SUMMARY);
    const etag = String(headers?.['etag']);
    const sent = { 'the tag': etag, 'a strong one': etag.slice(2), 'among others': `"x", ${etag}`, anything: '*' }[
      kind
    ];
    const again = await get(SUMMARY, {}, { 'if-none-match': sent ?? '' });
    expect(again).toMatchObject({
      statusCode: 304,
      body: '',
      headers: { etag, 'cache-control': 'private, max-age=5', vary: expect.stringContaining('Cookie') },
    });
  });

  it('have the same tag a minute later, others another', async () => {
    const { get, clock } = world();
    const tagOf = async (query: Record<string, string>) => (await get(SUMMARY, query)).headers?.['etag'];
    const before = await tagOf({});
    clock.nowMs += 60_000;
    expect(await tagOf({})).toBe(before);
    expect(await tagOf({ bots: 'include' })).not.toBe(before);
    expect((await get(SUMMARY, {}, { 'if-none-match': 'W/"other"' })).statusCode).toBe(200);
  });
});

describe('A breakdown', () => {
  const first = async () => {
    const { get, clock } = world();
    const page = parsed(await get(BREAKDOWN, { by: 'city', limit: '1' }));
    return { get, clock, page, cursor: String(page['next_cursor']) };
  };

  it('goes on in the range it began in, an hour later too', async () => {
    const { get, clock, page, cursor } = await first();
    expect(page).toMatchObject({ clicks: 2, data: [{ value: 'Berlin', clicks: 1 }] });
    clock.nowMs += 3_600_000;
    expect(parsed(await get(BREAKDOWN, { by: 'city', limit: '1', cursor }))).toMatchObject({
      start: page['start'],
      end: page['end'],
      data: [{ value: 'Wien', clicks: 1 }],
      next_cursor: null,
    });
  });

  it.each<Record<string, string>>([
    { by: 'country' },
    { by: 'city', bots: 'include' },
    { by: 'city', tag: 'spring' },
    { by: 'city', timezone: 'Asia/Tokyo' },
  ])('takes no cursor of another question: %j', async (query) => {
    const { get, cursor } = await first();
    expect(problemIn(await get(BREAKDOWN, { ...query, cursor }))).toMatchObject({
      errors: [{ path: 'cursor', code: 'invalid_cursor' }],
    });
  });

  it.each([
    [[0, 3_600_000, 1]],
    [[1, 3_600_000, 1, 'Berlin']],
    [[3_600_000, 0, 1, 'Berlin']],
    [[0, 3_600_000 * 24 * 1_000, 1, 'Berlin']],
    [[NOW_MS, NOW_MS + 3_600_000 * 240, 1, 'Berlin']],
    ['x'],
  ])('takes no cursor that somebody changed: %j', async (position) => {
    const { get, cursor } = await first();
    const [owner, list] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const changed = Buffer.from(JSON.stringify([owner, list, JSON.stringify(position)])).toString('base64url');
    expect(problemIn(await get(BREAKDOWN, { by: 'city', cursor: changed })).error).toBe('VALIDATION_FAILED');
  });
});

it.each(['/analytics/summary', '/analytics/dashboard'])('%s is the summary', async (path) => {
  const { get } = world();
  expect(parsed(await get(path, { interval: '7d' }))).toEqual(parsed(await get(SUMMARY, { interval: '7d' })));
});
