import { randomUUID } from 'node:crypto';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { parse } from 'csv-parse/sync';
import { encodeClickEvent } from '../../core/clicks/click-event.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { EXPORT_COLUMNS } from '../../core/lake/clicks-export.ts';
import { exportedClick } from '../../lambdas/export/schemas.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { aClickEvent, IPHONE } from '../fixtures/clicks.ts';
import { refusal } from './problem.ts';
import { type Product, startProduct } from './product.ts';

/** Rows as a customer gets them: through the door, the edge, API Gateway, the function, Athena and S3. */
let product: Product;
let stream: KinesisClient;
beforeAll(async () => {
  product = await startProduct();
  stream = new KinesisClient({
    endpoint: product.laptop.engines.kinesis.url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
  });
}, 60_000);
afterAll(async () => {
  stream?.destroy();
  await product.close();
});

type ExportedClick = Readonly<Record<string, unknown>> & { readonly id: string; readonly short_code: string };

async function newLink(tags: readonly string[] = []): Promise<string> {
  const code = `row-${randomUUID().slice(0, 8)}`;
  const body = { original_url: 'https://example.com/rows', custom_alias: code, tags };
  expect((await product.api('/v1/urls', { body })).status).toBe(201);
  return code;
}

/** Waits until what was clicked is counted and lies in the lake. */
async function settle(): Promise<void> {
  await product.laptop.pumps.idle();
  await product.laptop.deliveries.flush();
}

async function putOnStream(events: readonly string[]): Promise<void> {
  const StreamName = product.laptop.plan.streams[0]?.name;
  for (let from = 0; from < events.length; from += 500) {
    const Records = events
      .slice(from, from + 500)
      .map((event, index) => ({ PartitionKey: `k${index}`, Data: Buffer.from(event) }));
    await stream.send(new PutRecordsCommand({ StreamName, Records }));
  }
}

async function rowsOf(query: string): Promise<readonly ExportedClick[]> {
  const { status, text } = await product.api(`/v1/clicks/export?interval=24h&format=jsonl&${query}`);
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as ExportedClick);
}

const totalOf = async (code: string): Promise<number> =>
  (await product.api(`/v1/urls/${code}/stats`)).json<{ total: number }>().total;

const clicksOn = (code: string, count: number): readonly string[] =>
  Array.from({ length: count }, () =>
    encodeClickEvent(aClickEvent({ id: newClickId(Date.now()), code, workspace_id: 'ws_demo', at_ms: Date.now() })),
  );

describe('an export', () => {
  test('has each click that is counted, once, also where the lake has it several times', async () => {
    const codes = [await newLink(), await newLink()];
    const visits = [3, 12];
    for (const [index, code] of codes.entries()) {
      for (let visit = 0; visit < (visits[index] ?? 0); visit += 1)
        expect((await product.visit(`/${code}`)).status).toBe(302);
    }
    await settle();
    const streamName = product.laptop.plan.streams[0]?.name ?? '';
    const { kinesis } = product.laptop.engines;
    const told = kinesis
      .shardIds(streamName)
      .flatMap((shard) => kinesis.read(streamName, shard, null, 10_000))
      .map(({ data }) => data.toString());
    await putOnStream(told);
    await settle();

    for (const [index, code] of codes.entries()) {
      const rows = await rowsOf(`short_code=${code}`);
      expect([rows.length, await totalOf(code)]).toEqual([visits[index], visits[index]]);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(visits[index]);
      for (const row of rows) expect(exportedClick.safeParse(row).error).toBeUndefined();
    }
    const all = await rowsOf('');
    expect(all.map(({ id }) => id)).toEqual([...new Set(all.map(({ id }) => id))].sort());
    expect(all.length).toBe(15);
    expect(JSON.stringify(all)).not.toMatch(/ws_demo|127\.0\.0\.1|visitor|user_agent/);
  });

  test('as CSV says the same, and no value of a visitor is a formula', async () => {
    const code = await newLink(['a, b', '=tag']);
    const campaign = '=HYPERLINK("http://evil.example","see")';
    await product.visit(`/${code}?utm_campaign=${encodeURIComponent(campaign)}&utm_source=plain`);
    await settle();
    const [row] = await rowsOf(`short_code=${code}`);
    const csv = await product.api(`/v1/clicks/export?interval=24h&short_code=${code}`);
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const [line] = parse<Record<string, string>>(csv.text, { columns: true, bom: true });
    expect(row).toMatchObject({ short_code: code, tags: ['a, b', '=tag'], utm_campaign: campaign, browser: 'Chrome' });
    expect(Object.keys(line ?? {})).toEqual(EXPORT_COLUMNS.map(({ name }) => name));
    const texts = Object.entries(row ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    expect(line).toEqual({ ...Object.fromEntries(texts), utm_campaign: `'${campaign}` });
  });

  test('is of what was asked for, and of nobody else', async () => {
    const code = await newLink(['spring']);
    await product.visit(`/${code}?utm_source=news`);
    await product.visit(`/${code}?utm_source=news`, { headers: { 'user-agent': IPHONE } });
    await product.visit(`/${code}`, { headers: { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' } });
    await settle();
    const counted = async (query: string): Promise<number> => (await rowsOf(query)).length;
    expect(await counted(`short_code=${code}`)).toBe(2);
    expect(await counted(`short_code=${code}&bots=include`)).toBe(3);
    expect(await counted('tag=spring&utm_source=news&os=iOS')).toBe(1);
    expect(await counted("tag=it's")).toBe(0);
    const path = '/v1/clicks/export?interval=24h&format=jsonl';
    expect((await product.api(path, { key: product.freeKey })).text.trim()).toBe('');
    expect(refusal(await product.api(`${path}&short_code=${code}`, { key: product.freeKey }))).toEqual([
      404,
      'URL_NOT_FOUND',
    ]);
    expect(refusal(await product.api(`${path}&end=2026-01-01`))).toEqual([400, 'VALIDATION_FAILED']);
    const writer = await product.keyWith(['urls:write']);
    expect(refusal(await product.api(path, { key: writer }))).toEqual([403, 'FORBIDDEN']);
  });

  test('of many clicks is whole; where its function dies in the middle, the reader is cut off', async () => {
    const code = await newLink();
    await putOnStream(clicksOn(code, 20_000));
    await settle();
    expect(await totalOf(code)).toBe(20_000);
    const rows = await rowsOf(`short_code=${code}`);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(20_000);

    const answer = await fetch(`${product.app}/v1/clicks/export?interval=24h&format=jsonl&short_code=${code}`, {
      headers: { authorization: `Bearer ${product.key}` },
    });
    const reader = answer.body?.getReader();
    expect([answer.status, (await reader?.read())?.done]).toEqual([200, false]);
    const exporter = product.laptop.plan.functions.find(({ name }) => name.startsWith('ExportFunction'));
    await product.laptop.host.kill(exporter?.name ?? '');
    const rest = async (): Promise<void> => {
      while ((await reader?.read())?.done === false);
    };
    await expect(rest()).rejects.toThrow();
  }, 60_000);
});
