import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ADMIN_ACCESS_KEY_ID } from '../local/engines/iam.ts';
import { type Laptop, startLaptop } from '../local/laptop.ts';
import { seed } from '../local/seed.ts';
import { median, percentile, printTable } from './report.ts';

/**
 * The question: what does creating links cost, one by one and a thousand at a time, beside a bare conditional PutItem
 * through the SDK against the same engine? The three take turns; the laptop runs in this process.
 */
const ROUNDS = 5;
const SINGLES = 600;
const AT_ONCE = 16;
const BULK = 1_000;

type Caller = { readonly url: string; readonly apiKey: string };

export async function benchCreate(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const laptop = await startLaptop({ dataDir: folder, appPort: 0, shortPort: 0 });
  try {
    await seed(laptop, { empty: true });
    const { api_key: apiKey } = JSON.parse(readFileSync(join(folder, 'demo.json'), 'utf8')) as { api_key: string };
    await measure(laptop, { url: laptop.appUrl, apiKey });
  } finally {
    await laptop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(laptop: Laptop, caller: Caller): Promise<void> {
  const put = barePut(laptop);
  await inLanes(200, () => createOne(caller));
  const bare: number[] = [];
  const single: number[] = [];
  const alone: number[] = [];
  const bulk: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(SINGLES / (await seconds(() => inLanes(SINGLES, put))));
    single.push(SINGLES / (await seconds(() => inLanes(SINGLES, () => createOne(caller)))));
    for (let call = 0; call < 50; call += 1) alone.push(1_000 * (await seconds(() => createOne(caller))));
    bulk.push(await seconds(() => createBulk(caller)));
    await laptop.pumps.idle();
  }
  const oneByOneS = (median(alone) * BULK) / 1_000;
  printTable(
    `Creating links, ${ROUNDS} rounds in turn, medians`,
    ['', 'figure', 'beside'],
    [
      [`bare conditional PutItem by SDK, ${AT_ONCE} at once`, `${median(bare).toFixed(0)}/s`, ''],
      [
        `POST /v1/urls, ${AT_ONCE} at once`,
        `${median(single).toFixed(0)}/s`,
        `${(median(single) / median(bare)).toFixed(2)} × bare PutItem`,
      ],
      ['POST /v1/urls, alone', `p50 ${median(alone).toFixed(1)} ms, p99 ${percentile(alone, 0.99).toFixed(1)} ms`, ''],
      [
        `POST /v1/urls/bulk, ${BULK}`,
        `${(median(bulk) * 1_000).toFixed(0)} ms`,
        `${(oneByOneS / median(bulk)).toFixed(0)} × faster than one by one (${oneByOneS.toFixed(1)} s)`,
      ],
    ],
  );
}

function barePut({ engines, plan }: Laptop): () => Promise<void> {
  const credentials = { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'bench' };
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: engines.dynamoDb.url, region: 'us-east-1', credentials }),
  );
  const table = plan.tables.find(({ definition }) => definition.name.startsWith('Links'))?.definition.name ?? '';
  let count = 0;
  return async () => {
    count += 1;
    const Item = {
      pk: `bench#${Math.random()}#${count}`,
      sk: 'bench',
      target_url: 'https://example.com/',
      created_at: new Date().toISOString(),
    };
    await client.send(new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
  };
}

async function post({ url, apiKey }: Caller, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${text}`);
}

const createOne = (caller: Caller): Promise<void> =>
  post(caller, '/v1/urls', { original_url: `https://example.com/${Math.random()}` });

const createBulk = (caller: Caller): Promise<void> =>
  post(caller, '/v1/urls/bulk', {
    urls: Array.from({ length: BULK }, (_, index) => ({ original_url: `https://example.com/bulk/${index}` })),
  });

async function inLanes(count: number, work: () => Promise<void>): Promise<void> {
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return (performance.now() - startedAtMs) / 1_000;
}
