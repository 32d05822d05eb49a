import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { AGENT_OF } from '../fixtures/user-agents.ts';
import { refusal } from './problem.ts';
import { BROWSER, eventually, type Product, startProduct } from './product.ts';

/** Reports on the running product: clicks come in at the short domain, rows go out as files. */
type Report = {
  readonly report_id: string;
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
});
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
  csv: async (bytes) => parse(Buffer.from(bytes), { bom: true, columns: true }) as Row[],
  json: async (bytes) => JSON.parse(Buffer.from(bytes).toString()) as Row[],
  parquet: async (bytes) => await parquetReadObjects({ file: bytes.buffer }),
};

/** Every kind once made in every format. */
const numbers = (rows: readonly Row[], ...names: readonly string[]) =>
  rows.map((row) =>
    names.map((name) => (Number.isNaN(Number(row[name])) || row[name] === '' ? row[name] : Number(row[name]))),
  );

describe.each<Format>(['csv', 'json', 'parquet'])('a report as %s', (format) => {
  const make = async (body: object): Promise<readonly Row[]> =>
    rowsOf(await ended(await order({ range: RANGE, format, ...body })), format);

  test('of clicks has each once, with what is known of it, and no formula', async () => {
    const rows = await make({ kind: 'clicks', filters: { short_code: code } });
    expect(numbers(rows, 'short_code', 'city').sort()).toEqual([
      [code, 'Berlin'],
      [code, 'Berlin'],
      [code, 'Wien'],
    ]);
    const campaigns = rows.map((row) => row['utm_campaign']).sort();
    expect(campaigns.at(-1) === '' ? campaigns[0] : campaigns.at(-1)).toBe(
      format === 'csv' ? `'${CAMPAIGN}` : CAMPAIGN,
    );
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
    expect(rows.map((row) => row['country']).sort()).toEqual(['AT', 'DE', 'DE', 'US']);
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
