import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toLinkItem } from '../adapters/link-item.ts';
import { TABLES } from '../adapters/table.ts';
import { bundle, bundleFunctions } from '../lib/bundle.ts';
import { startDynamoDb } from '../local/engines/dynamodb.ts';
import { startKinesis } from '../local/engines/kinesis.ts';
import { startValkey } from '../local/engines/valkey.ts';
import { marshall } from './marshall.ts';
import { median, printTable } from './report.ts';

/**
 * The question: what does the redirect function cost, cold and warm, beside an empty handler and beside the same
 * handler built plainly with SDK clients? Every environment is a fresh process; the three take turns.
 */
const RUNS = 7;
const CODE = 'bench';
const HERE = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

type Figures = { readonly coldMs: number; readonly aloneUs: number; readonly sharedUs: number };

export async function benchRedirectFunction(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'signpost-bench-'));
  const authorize = () => ({ allowed: true }) as const;
  const dynamodb = await startDynamoDb({ authorize });
  const kinesis = await startKinesis({ authorize });
  const valkey = await startValkey();
  try {
    await seed(dynamodb);
    await kinesis.createStream({ name: 'clicks', shards: 1, retentionHours: 24 });
    const bundles = await makeBundles(folder);
    const env = environment(dynamodb.url, kinesis.url, valkey.url);
    const figures = new Map<string, Figures[]>(Object.keys(bundles).map((name) => [name, []]));
    for (let round = 0; round < RUNS; round += 1) {
      for (const [name, bundle] of Object.entries(bundles)) {
        const { stdout } = await run(process.execPath, [join(HERE, 'handlers/child.ts'), bundle, CODE], { env });
        figures.get(name)?.push(JSON.parse(stdout) as Figures);
      }
    }
    report(bundles, figures);
  } finally {
    await Promise.all([dynamodb.close(), kinesis.close(), valkey.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function seed(dynamodb: Awaited<ReturnType<typeof startDynamoDb>>): Promise<void> {
  await dynamodb.createTable({
    name: 'links',
    partitionKey: 'pk',
    sortKey: 'sk',
    attributes: { pk: 'S', sk: 'S' },
    indexes: [],
    streamViewType: TABLES.links.stream,
  });
  await dynamodb.createTable({ name: 'salts', partitionKey: 'pk', attributes: { pk: 'S' }, indexes: [] });
  const nowMs = Date.now();
  const item = toLinkItem({
    domain: 'default',
    code: CODE,
    workspaceId: 'ws_bench',
    targetUrl: 'https://example.com/a/rather/long/path?with=a&query=string',
    isCustomAlias: true,
    status: 'active',
    expiresAtMs: null,
    maxClicks: null,
    password: null,
    title: null,
    tags: [],
    externalId: null,
    redirectStatus: 302,
    forwardQuery: false,
    version: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    creationId: 'bench',
  });
  const client = new DynamoDBClient({
    endpoint: dynamodb.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
  await client.send(new PutItemCommand({ TableName: 'links', Item: marshall(item) }));
  client.destroy();
}

async function makeBundles(folder: string): Promise<Readonly<Record<string, string>>> {
  await bundleFunctions(folder);
  await bundle(
    ['empty', 'plain-sdk'].map((name) => ({ in: join(HERE, `handlers/${name}.ts`), out: `${name}/index` })),
    folder,
  );
  return {
    'empty handler': join(folder, 'empty/index.mjs'),
    'plain SDK build': join(folder, 'plain-sdk/index.mjs'),
    'our redirect': join(folder, 'redirect/index.mjs'),
  };
}

const environment = (dynamodbUrl: string, kinesisUrl: string, valkeyUrl: string): NodeJS.ProcessEnv => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
  AWS_ENDPOINT_URL_KINESIS: kinesisUrl,
  VALKEY_ENDPOINT_URL: valkeyUrl,
  LINKS_TABLE: 'links',
  CLICK_SPOOL_TABLE: 'spool',
  SALTS_TABLE: 'salts',
  CLICK_STREAM: 'clicks',
  CACHE_URL: valkeyUrl,
  CACHE_NAME: '',
  CACHE_USER: '',
  ORIGIN_SECRET: 'bench',
});

function report(bundles: Readonly<Record<string, string>>, figures: ReadonlyMap<string, readonly Figures[]>): void {
  const of = (name: string, figure: keyof Figures): number =>
    median((figures.get(name) ?? []).map((run) => run[figure]));
  const plain = 'plain SDK build';
  printTable(
    `Redirect function, ${RUNS} fresh environments each, medians`,
    ['', 'bundle KB', 'cold ms', '× plain', 'warm, alone µs', '× plain', 'warm, 32 at once µs', '× plain'],
    Object.keys(bundles).map((name) => [
      name,
      (statSync(bundles[name] ?? '').size / 1_000).toFixed(1),
      of(name, 'coldMs').toFixed(0),
      (of(name, 'coldMs') / of(plain, 'coldMs')).toFixed(2),
      of(name, 'aloneUs').toFixed(0),
      (of(name, 'aloneUs') / of(plain, 'aloneUs')).toFixed(2),
      of(name, 'sharedUs').toFixed(0),
      (of(name, 'sharedUs') / of(plain, 'sharedUs')).toFixed(2),
    ]),
  );
}
