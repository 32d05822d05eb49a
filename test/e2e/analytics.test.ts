import { AGENT_OF } from '../fixtures/user-agents.ts';
import { refusal } from './problem.ts';
import { BROWSER, eventually, type Product, startProduct } from './product.ts';

type Totals = { clicks: number; scans: number; people: number; bots: number; unique_visitors: number };
type Values = readonly { value: string; clicks: number }[];
type Summary = {
  readonly totals: Totals;
  readonly top: Readonly<Record<string, Values>>;
  readonly series: readonly { label: string; clicks: number }[];
  readonly counted_through: string;
};

let product: Product;
const code = 'seen';
beforeAll(async () => {
  product = await startProduct();
  const created = await product.api('/v1/urls', {
    body: { original_url: 'https://example.com/', custom_alias: code, tags: ['tour'] },
  });
  expect(created.status).toBe(201);
  const visit = (agent: string, viewer: string, query = '') =>
    product.visit(`/${code}${query}`, { headers: { 'user-agent': agent, 'x-signpost-viewer': viewer } });
  await visit(AGENT_OF.mobile, 'country=DE;region=BE;city=Berlin', '?utm_source=letter');
  await visit(AGENT_OF.tablet, 'country=AT;city=Wien');
  await visit(BROWSER, 'country=DE;city=Berlin');
  await visit('Googlebot/2.1 (+http://www.google.com/bot.html)', 'country=US;city=Mountain View');
  // The workspace is counted behind the link.
  await eventually(
    () => ask('/v1/analytics/summary?bots=include'),
    ({ totals }) => totals.clicks === 4,
    5_000,
  );
});
afterAll(() => product.close());

const ask = async (path: string): Promise<Summary> => {
  const answer = await product.api(path);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json<Summary>();
};

describe('three browsers and a bot', () => {
  test.each([`short_code=${code}`, 'tag=tour', ''])('are people and a machine in the summary of %j', async (about) => {
    const { totals, top, series, counted_through } = await ask(`/v1/analytics/summary?interval=7d&${about}`);
    expect(totals).toEqual({ clicks: 3, scans: 0, people: 3, bots: 1, unique_visitors: 3 });
    expect(top).toMatchObject({
      country: [
        { value: 'DE', clicks: 2 },
        { value: 'AT', clicks: 1 },
      ],
      city: [
        { value: 'Berlin', clicks: 2 },
        { value: 'Wien', clicks: 1 },
      ],
      utm_source: [{ value: 'letter', clicks: 1 }],
    });
    expect(series).toHaveLength(7);
    expect(series.at(-1)?.clicks).toBe(3);
    expect(Math.abs(Date.now() - Date.parse(counted_through))).toBeLessThan(60_000);
  });

  test.each(['Europe/Berlin', 'Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Kiritimati'])(
    'came today or yesterday in %s',
    async (timezone) => {
      const { totals, top, series } = await ask(`/v1/analytics/summary?interval=7d&timezone=${timezone}`);
      expect([totals.clicks, top['country']?.length]).toEqual([3, 2]);
      expect(series.slice(-2).reduce((sum, { clicks }) => sum + clicks, 0)).toBe(3);
    },
  );

  test('are told by the lake where counters do not know', async () => {
    await product.laptop.deliveries.flush();
    const filtered = await ask('/v1/analytics/summary?interval=7d&country=DE&city=Berlin&compare=previous');
    expect(filtered).toMatchObject({
      answered_by: 'lake',
      totals: { clicks: 2, scans: 0, people: 2, bots: 0, unique_visitors: 2 },
      top: { utm_source: [{ value: 'letter', clicks: 1 }] },
      previous: { totals: { clicks: 0 } },
    });
    expect(filtered.series.at(-1)?.clicks).toBe(2);
    expect(Date.parse(filtered.counted_through)).toBeLessThan(Date.now() - 120_000);
    const broken = await product.api(`/v1/analytics/breakdown?by=city&country=DE&short_code=${code}`);
    expect(broken.json()).toMatchObject({ answered_by: 'lake', clicks: 2, data: [{ value: 'Berlin', clicks: 2 }] });
  });

  test('are the same numbers by counters and by the lake', async () => {
    await product.laptop.deliveries.flush();
    const about = `/v1/analytics/summary?interval=7d&bots=include&timezone=Asia/Kolkata`;
    const [counted, found] = [await ask(about), await ask(`${about}&answered_by=lake`)];
    expect(found).toEqual({ ...counted, answered_by: 'lake', counted_through: found.counted_through });
  });

  test('are broken down page by page', async () => {
    const first = await product.api(`/v1/analytics/breakdown?by=city&limit=1&short_code=${code}`);
    const { data, next_cursor: cursor } = first.json<{ data: Values; next_cursor: string }>();
    expect(data).toEqual([{ value: 'Berlin', clicks: 2 }]);
    const second = await product.api(
      `/v1/analytics/breakdown?by=city&limit=1&short_code=${code}&cursor=${encodeURIComponent(cursor)}`,
    );
    expect(second.json()).toMatchObject({ data: [{ value: 'Wien', clicks: 1 }], next_cursor: null });
    const elsewhere = await product.api(`/v1/analytics/breakdown?by=city&cursor=${cursor}`);
    expect(refusal(elsewhere)).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('are filtered by one of them', async () => {
    expect((await ask(`/v1/analytics/timeseries?city=Berlin&interval=24h`)).totals).toEqual({
      clicks: 2,
      people: 2,
      bots: 0,
    });
  });

  test('are not sent again to whoever has them', async () => {
    const path = `/v1/analytics/summary?short_code=${code}`;
    const { headers } = await product.api(path);
    expect(headers.get('cache-control')).toBe('private, max-age=5');
    const again = await product.api(path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', headers.get('etag')]);
    expect(again.headers.get('ratelimit-policy')).not.toBeNull();
  });

  test('are nobody else’s', async () => {
    const other = (path: string) => product.api(path, { key: product.freeKey });
    expect(refusal(await other(`/v1/analytics/summary?short_code=${code}`))).toEqual([404, 'URL_NOT_FOUND']);
    for (const path of ['/v1/analytics/summary', '/v1/analytics/summary?tag=tour', '/analytics/dashboard']) {
      expect((await other(path)).json<Summary>().totals.clicks).toBe(0);
    }
    const writer = await product.keyWith(['urls:write']);
    expect(refusal(await product.api('/v1/analytics/summary', { key: writer }))).toEqual([403, 'FORBIDDEN']);
  });
});
