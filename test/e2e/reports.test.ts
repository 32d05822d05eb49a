import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { toReportItem } from '../../adapters/report-items.ts';
import { newSortableId } from '../../core/sortable-id.ts';
import { signedEnd } from '../fixtures/signed-end.ts';
import { AGENT_OF } from '../fixtures/user-agents.ts';
import { visitLastMonth } from './last-month.ts';
import { refusal } from './problem.ts';
import { BROWSER, eventually, type Product, startProduct } from './product.ts';

/** Reports on the running product: clicks come in at the short domain, rows go out as files. */
type Report = {
  readonly report_id: string;
  readonly kind: string;
  readonly status: string;
  readonly reason: { readonly code: string } | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly download_url: string | null;
  readonly download_expires_at: string | null;
  readonly created_by: string;
};
type Row = Readonly<Record<string, unknown>>;
type Format = 'csv' | 'json' | 'parquet';

const code = 'told';
const CAMPAIGN = '=HYPERLINK("http://evil.example","click")';
const RANGE = { interval: '7d', timezone: 'Europe/Berlin' };
const MADE_WITHIN_MS = 20_000;

let product: Product;
beforeAll(async () => {
  product = await startProduct();
  for (const [alias, tags] of [
    [code, ['tour']],
    ['other', []],
  ] as const) {
    const body = { original_url: 'https://example.com/', custom_alias: alias, tags };
    expect((await product.api('/v1/urls', { body })).status).toBe(201);
  }
  const visit = async (path: string, agent: string, viewer: string) => {
    const { status } = await product.visit(path, { headers: { 'user-agent': agent, 'x-signpost-viewer': viewer } });
    expect(status).toBe(302);
  };
  await visit(`/${code}?utm_campaign=${encodeURIComponent(CAMPAIGN)}`, AGENT_OF.mobile, 'country=DE;city=Berlin');
  await visit(`/${code}`, AGENT_OF.tablet, 'country=AT;city=Wien');
  await visit(`/${code}`, BROWSER, 'country=DE;city=Berlin');
  await visit(`/${code}`, 'Googlebot/2.1 (+http://www.google.com/bot.html)', 'country=US;city=Mountain View');
  await visit('/other', BROWSER, 'country=FR;city=L%27Aquila');
  await product.laptop.pumps.idle();
  await product.laptop.deliveries.flush();
}, 60_000);
afterAll(() => product.close());

async function order(body: object, call: { key?: string; headers?: Record<string, string> } = {}): Promise<Report> {
  const answer = await product.api('/v1/reports', { body, ...call });
  if (answer.status !== 202) throw new Error(answer.text);
  const report = answer.json<Report>();
  expect(answer.headers.get('location')).toBe(`/v1/reports/${report.report_id}`);
  return report;
}

const read = async (id: string, key?: string): Promise<Report> =>
  (await product.api(`/v1/reports/${id}`, key === undefined ? {} : { key })).json<Report>();

const ended = async ({ report_id: id }: Report): Promise<Report> =>
  eventually(
    () => read(id),
    ({ status }) => status !== 'queued' && status !== 'running',
    MADE_WITHIN_MS,
  );

async function rowsOf(report: Report, format: Format): Promise<readonly Row[]> {
  const file = await fetch(report.download_url ?? '');
  expect([file.status, report.status]).toEqual([200, 'succeeded']);
  expect(file.headers.get('content-disposition')).toMatch(
    /^attachment; filename="signpost-[\w-]+\.(csv|json|parquet)"$/,
  );
  const bytes = new Uint8Array(await file.arrayBuffer());
  expect(bytes.byteLength).toBe(report.bytes);
  const rows = await READ[format](bytes);
  expect(rows).toHaveLength(report.rows ?? -1);
  return rows;
}

const READ: Readonly<Record<Format, (bytes: Uint8Array<ArrayBuffer>) => Promise<readonly Row[]>>> = {
  csv: async (bytes) => parse<Row>(Buffer.from(bytes), { bom: true, columns: true }),
  json: async (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Row[],
  parquet: async (bytes) => await parquetReadObjects({ file: bytes.buffer }),
};

const numbers = (rows: readonly Row[], ...names: readonly string[]) =>
  rows.map((row) =>
    names.map((name) => (Number.isNaN(Number(row[name])) || row[name] === '' ? row[name] : Number(row[name]))),
  );

describe.each<Format>(['csv', 'json', 'parquet'])('a report as %s', (format) => {
  const make = async (body: object): Promise<readonly Row[]> =>
    rowsOf(await ended(await order({ range: RANGE, format, ...body })), format);

  test('of clicks has each once, with what is known of it, and no formula', async () => {
    const rows = await make({ kind: 'clicks', filters: { short_code: code } });
    expect(rows.map((row) => `${String(row['short_code'])} ${String(row['city'])}`).sort()).toEqual([
      `${code} Berlin`,
      `${code} Berlin`,
      `${code} Wien`,
    ]);
    const campaigns = rows.flatMap(({ utm_campaign }) => (utm_campaign === '' ? [] : [utm_campaign]));
    expect(campaigns).toEqual([format === 'csv' ? `'${CAMPAIGN}` : CAMPAIGN]);
    expect(new Set(rows.map((row) => row['id'])).size).toBe(3);
  });

  test('of a timeseries has the points of the API', async () => {
    const rows = await make({ kind: 'timeseries', granularity: 'day', filters: { bots: 'include' } });
    const query = 'interval=7d&timezone=Europe/Berlin&granularity=day&bots=include';
    const { series } = (await product.api(`/v1/analytics/timeseries?${query}`)).json<{ series: readonly Row[] }>();
    expect(numbers(rows, 'label', 'clicks', 'bots')).toEqual(numbers(series, 'label', 'clicks', 'bots'));
  });

  test('of a breakdown by two dimensions adds up to the totals of the API', async () => {
    const rows = await make({ kind: 'breakdown', by: ['country', 'device'], filters: { tag: 'tour' } });
    const { totals } = (await product.api('/v1/analytics/summary?tag=tour&interval=7d')).json<{ totals: Row }>();
    const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
    for (const name of ['clicks', 'people', 'bots', 'scans', 'unique_visitors']) {
      expect([name, sum(name)]).toEqual([name, totals[name]]);
    }
    expect(rows.map((row) => String(row['country'])).sort()).toEqual(['AT', 'DE', 'DE', 'US']);
  });

  test('of links has one row each, most clicks first', async () => {
    const rows = await make({ kind: 'links' });
    expect(numbers(rows, 'short_code', 'clicks', 'people', 'bots', 'unique_visitors')).toEqual([
      [code, 3, 3, 1, 3],
      ['other', 1, 1, 0, 1],
    ]);
  });

  test('of usage has the days of the range', async () => {
    const rows = await make({ kind: 'usage' });
    expect(rows).toHaveLength(7);
    expect(numbers(rows, 'links', 'clicks', 'people', 'bots').at(-1)).toEqual([2, 4, 4, 1]);
  });
});

describe('who orders a report', () => {
  test('may filter by several dimensions at once, and is told what was understood', async () => {
    const filters = { short_code: code, country: 'DE', device: 'mobile', utm_campaign: CAMPAIGN };
    const ordered = await order({ kind: 'timeseries', range: { interval: '24h' }, filters, format: 'json' });
    expect(ordered).toMatchObject({
      kind: 'timeseries',
      granularity: 'hour',
      by: null,
      filters: { ...filters, tag: null, bots: 'exclude' },
      status: 'queued',
      created_by: 'api_key',
      download_url: null,
    });
    const rows = await rowsOf(await ended(ordered), 'json');
    expect([rows.length, rows.reduce((sum, { clicks }) => sum + Number(clicks), 0)]).toEqual([24, 1]);
  });

  test('gets the very same report for the same Idempotency-Key', async () => {
    const once = () => product.api('/v1/reports', { body: { kind: 'links' }, headers: { 'idempotency-key': 'once' } });
    const [first, second] = [await once(), await once()];
    expect([second.status, second.text]).toEqual([202, first.text]);
    await ended(first.json<Report>());
  });

  test.each<[body: object, path: string]>([
    [{ kind: 'everything' }, 'kind'],
    [{ kind: 'breakdown' }, 'by'],
    [{ kind: 'breakdown', by: ['city', 'city'] }, 'by'],
    [{ kind: 'links', filters: { contry: 'DE' } }, 'filters.contry'],
    [{ kind: 'links', filters: { answered_by: 'counters' } }, 'filters.answered_by'],
    [{ kind: 'links', filters: { city: 'a\0b' } }, 'filters.city'],
    [{ kind: 'links', range: { start: '2020-01-01' } }, 'range.start'],
    [{ kind: 'links', range: { interval: '7d', timezone: 'Mars' } }, 'range.timezone'],
    [{ kind: 'usage', filters: {} }, 'filters'],
    [{ kind: 'links', format: 'xlsx' }, 'format'],
  ])('is told what is wrong with %j', async (body, path) => {
    const answer = await product.api('/v1/reports', { body });
    expect(refusal(answer)).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.json<{ errors: readonly { path: string }[] }>().errors.map((error) => error.path)).toContain(path);
  });

  test('finds it in the list, newest first, page by page', async () => {
    const page = async (query: string) =>
      (await product.api(`/v1/reports?${query}`)).json<{ data: readonly Report[]; next_cursor: string | null }>();
    const all = await page('limit=100');
    const ids = all.data.map(({ report_id }) => report_id);
    expect(ids).toEqual([...ids].sort().toReversed());
    const first = await page('limit=2');
    const second = await page(`limit=2&cursor=${encodeURIComponent(first.next_cursor ?? '')}`);
    expect([...first.data, ...second.data].map(({ report_id }) => report_id)).toEqual(ids.slice(0, 4));
    expect(all.next_cursor).toBeNull();
  });

  test('is the only one who sees it', async () => {
    const report = await ended(await order({ kind: 'links' }));
    const other = (path: string, call = {}) => product.api(path, { key: product.freeKey, ...call });
    const path = `/v1/reports/${report.report_id}`;
    expect(refusal(await other(path))).toEqual([404, 'REPORT_NOT_FOUND']);
    expect(refusal(await other(`${path}/cancel`, { method: 'POST' }))).toEqual([404, 'REPORT_NOT_FOUND']);
    expect((await other('/v1/reports')).json<{ data: readonly unknown[] }>().data).toEqual([]);
    const ofOthersLink = { kind: 'links', filters: { short_code: code } };
    expect(refusal(await other('/v1/reports', { body: ofOthersLink }))).toEqual([404, 'URL_NOT_FOUND']);
    const rows = await rowsOf(report, 'csv');
    expect(rows).toHaveLength(2);
    const url = new URL(report.download_url ?? '');
    expect(signedEnd(url.href)).toBe(report.download_expires_at);
    expect(Date.parse(signedEnd(url.href)) - Date.now()).toBeLessThanOrEqual(900_000);
    url.searchParams.set('X-Amz-Expires', '86400');
    expect((await fetch(url)).status).toBe(403);
  });
});

describe('a report that is not made', () => {
  test('because it was cancelled stays cancelled, with its query', async () => {
    const release = product.laptop.engines.athena.hold();
    const ordered = await order({ kind: 'links' });
    await eventually(
      () => read(ordered.report_id),
      ({ status }) => status === 'running',
      MADE_WITHIN_MS,
    );
    const cancel = () => product.api(`/v1/reports/${ordered.report_id}/cancel`, { method: 'POST' });
    expect((await cancel()).json()).toMatchObject({ status: 'cancelled', download_url: null });
    release();
    expect((await cancel()).json()).toMatchObject({ status: 'cancelled' });
    expect(await read(ordered.report_id)).toMatchObject({ status: 'cancelled', rows: null });
  });

  test('because it asks for too much says so', async () => {
    const [workgroup] = product.laptop.plan.workgroups;
    if (workgroup === undefined) throw new Error('there is a workgroup');
    const limit = jest.replaceProperty(workgroup, 'cutoffBytes', 1);
    const failed = await ended(await order({ kind: 'links' }));
    limit.restore();
    expect(failed).toMatchObject({
      status: 'failed',
      reason: { code: 'too_much_data', message: expect.stringContaining('shorter range') },
      download_url: null,
    });
  });

  test('because of us says that it can be ordered again', async () => {
    const { athena } = product.laptop.engines;
    athena.faultFor = ({ action }) =>
      action === 'athena:StartQueryExecution'
        ? { kind: 'refuse', status: 400, errorType: 'InvalidRequestException' }
        : null;
    const failed = await ended(await order({ kind: 'links' }));
    athena.faultFor = null;
    expect(failed).toMatchObject({ status: 'failed', reason: { code: 'internal' } });
  });

  test('because who ordered it was cut off is made when somebody asks for it', async () => {
    const createdAtMs = Date.now() - 120_000;
    const id = newSortableId('rep', createdAtMs, (count) => Buffer.alloc(count));
    await product.put(
      'jobs',
      toReportItem({
        id,
        workspaceId: 'ws_demo',
        author: 'schedule',
        createdAtMs,
        order: {
          subject: { kind: 'links' },
          range: { startMs: Date.now() - 7 * 86_400_000, endMs: Date.now() + 3_600_000, timezone: 'UTC' },
          filters: { link: null, tag: null, bots: 'exclude', values: {} },
          format: 'json',
        },
        state: { status: 'queued' },
      }),
    );
    expect((await read(id)).status).toBe('queued');
    expect(await ended(await read(id))).toMatchObject({ status: 'succeeded', rows: 2 });
  });

  test('while ten others are, is refused', async () => {
    const release = product.laptop.engines.athena.hold();
    const ordered: Report[] = [];
    for (let count = 0; count < 10; count += 1) ordered.push(await order({ kind: 'links' }));
    const eleventh = () => product.api('/v1/reports', { body: { kind: 'links' } });
    const refused = await eleventh();
    expect([...refusal(refused), refused.json()['limit']]).toEqual([409, 'LIMIT_REACHED', 10]);
    const [first, ...others] = ordered;
    await product.api(`/v1/reports/${first?.report_id}/cancel`, { method: 'POST' });
    const next = await eleventh();
    expect(next.status).toBe(202);
    release();
    for (const report of [...others, next.json<Report>()]) expect((await ended(report)).status).toBe('succeeded');
  });
});

describe('the usage of last month', () => {
  test('is one report of each workspace that was visited in it and is still there', async () => {
    const { startMs, endMs } = await visitLastMonth(product, ['ws_demo', 'ws_gone']);
    const usage = product.laptop.plan.functions.find(({ name }) => name.startsWith('UsageReports'));
    const call = () => product.laptop.host.invoke(usage?.name ?? '', {});
    expect([await call(), await call()]).toEqual([{ workspaces: 1 }, { workspaces: 1 }]);
    const { data } = (await product.api('/v1/reports?limit=100')).json<{ data: readonly Report[] }>();
    const [report, ...more] = data.filter(({ kind, created_by }) => created_by === 'schedule' && kind === 'usage');
    const ofMonth = {
      kind: 'usage',
      range: { start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() },
    };
    expect([report, more]).toMatchObject([ofMonth, []]);
    const rows = await rowsOf(await ended(report as Report), 'csv');
    expect(numbers(rows, 'links', 'clicks').at(-1)).toEqual([1, 1]);
    expect(rows).toHaveLength((endMs - startMs) / 86_400_000);
  });
});
