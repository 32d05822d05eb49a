import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { parquetReadObjects } from 'hyparquet';
import { parquetFile } from '../../adapters/parquet-file.ts';
import { rowErasureItem } from '../../adapters/row-erasures.ts';
import { encodeClickRow } from '../../core/clicks/click-row.ts';
import { CLICKS_PREFIX, FAILURE_PREFIXES, LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { REGION } from '../../local/cloud/account.ts';
import { tableRow } from '../../local/deliveries/table-row.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { aClick } from '../fixtures/clicks.ts';
import { type RunningSignpost, startSignpost } from '../fixtures/running-signpost.ts';

/** The lake of a running Signpost after a workspace was erased, with the function killed while it works. */
const GONE = { workspaceId: 'ws_zebra7Kq', code: 'c0deOfZebra', visitor: 'v1sitorOfZebra00' };
/** Its id begins like the other's. */
const STAYS = { workspaceId: 'ws_zebra7', code: 'c0deOfHorse', visitor: 'v1sitorOfHorse00' };
const HOUR_MS = 3_600_000;
const DAY = new Date(Date.now() - 24 * HOUR_MS).toISOString().slice(0, 10);

let signpost: RunningSignpost;
let tables: DynamoDBDocumentClient;
beforeAll(async () => {
  signpost = await startSignpost({ dataDir: null });
  tables = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: signpost.laptop.engines.dynamoDb.url,
      region: REGION,
      credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
    }),
  );
}, 120_000);
afterAll(async () => {
  tables.destroy();
  await signpost.stop();
});

const invoke = (name: 'erase-rows' | 'roll-up') => signpost.laptop.host.invoke(signpost.fn(name).name, {});
const put = (key: string, body: Buffer) =>
  signpost.laptop.engines.s3.put(signpost.laptop.plan.deliveryStreams[0]?.bucketName ?? '', key, body);

/** Rows of a click each, as Firehose is given them. */
const linesOf = (hour: string, whose: readonly (typeof GONE)[]): readonly string[] =>
  whose.map(({ workspaceId: workspace_id, code, visitor }, index) => {
    const at_ms = Date.parse(`${DAY}T${hour}:00Z`) + index;
    return encodeClickRow(aClick({ id: `${hour}-${index}-${code}`, at_ms, workspace_id, code, visitor }));
  });

async function fillHour(hour: string, whose: readonly (typeof GONE)[]): Promise<void> {
  const lines = linesOf(hour, whose);
  const rows = lines.map((line) => tableRow(line, LAKE_COLUMNS));
  await put(`${CLICKS_PREFIX}dt=${DAY}/hr=${hour}/file.parquet`, parquetFile(rows, LAKE_COLUMNS));
  const filed = lines.map((line) => `${JSON.stringify({ rawData: Buffer.from(line).toString('base64') })}\n`);
  for (const prefix of FAILURE_PREFIXES)
    await put(`${prefix}${DAY.replaceAll('-', '/')}/${hour}`, Buffer.from(filed.join('')));
}

const lakeFiles = (): readonly string[] => {
  const root = join(signpost.laptop.dataPath, 's3');
  const all = readdirSync(root, { recursive: true }).map((path) => join(root, String(path)));
  return all.filter((path) => /\/(clicks|rollups|[a-z-]+-failed)\//.test(path) && statSync(path).isFile());
};

/** Every row and every filed record of the lake as text, by file. */
async function lake(): Promise<ReadonlyMap<string, readonly string[]>> {
  const read = lakeFiles().map(async (path) => [path, await textsIn(readFileSync(path), path)] as const);
  return new Map(await Promise.all(read));
}

async function textsIn(body: Buffer, path: string): Promise<readonly string[]> {
  if (path.endsWith('.parquet')) {
    const rows = await parquetReadObjects({ file: new Uint8Array(body).buffer });
    return rows.map((row) =>
      JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
    );
  }
  const lines = body.toString().split('\n').filter(Boolean);
  return lines.map((line) => {
    const { rawData } = JSON.parse(line) as { rawData?: string };
    return rawData === undefined ? line : Buffer.from(rawData, 'base64').toString();
  });
}

/** What is there of one of them, wherever it lies. */
const rowsOf = async ({ workspaceId, code, visitor }: typeof GONE): Promise<readonly string[]> =>
  [...(await lake()).values()]
    .flat()
    .filter((row) => [`"${workspaceId}"`, code, visitor].some((name) => row.includes(name)))
    .sort();

async function erasedBefore(hours: number, isCleared: boolean): Promise<void> {
  const erasure = { workspaceId: GONE.workspaceId, erasedAtMs: Date.now() - hours * HOUR_MS, isCleared };
  await tables.send(new PutCommand({ TableName: signpost.tableName('jobs'), Item: rowErasureItem(erasure) }));
}
const marks = async () => (await signpost.scan('jobs')).filter(({ sk }) => sk === GONE.workspaceId);

describe('The lake after a workspace was erased', () => {
  it('has rows of it and of others, alone and side by side, raw, rolled up and filed', async () => {
    await fillHour('07', [GONE, STAYS, GONE, STAYS]);
    await fillHour('08', [GONE]);
    await fillHour('09', [STAYS]);
    expect(await invoke('roll-up')).toMatchObject({ isDone: true });
    // Three hours in three kinds of files, and what was rolled up of two of them.
    expect([(await rowsOf(GONE)).length, (await rowsOf(STAYS)).length]).toEqual([11, 11]);
    await erasedBefore(0.5, false);
    expect(await invoke('erase-rows')).toMatchObject({ workspaces: 0, files: 0, isDone: true });
  });

  it('has none of it in any file, however often the function is killed, and each of everybody else’s', async () => {
    const others = await rowsOf(STAYS);
    await erasedBefore(2, false);
    for (let kills = 0; kills < 3; kills += 1) {
      const running = invoke('erase-rows').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 500));
      await signpost.laptop.host.kill(signpost.fn('erase-rows').name);
      await running;
      expect(await rowsOf(STAYS)).toEqual(others);
    }
    for (let runs = 0; (await marks()).some(({ cleared }) => cleared === false); runs += 1) {
      expect(await invoke('erase-rows')).toMatchObject({ workspaces: 1, isDone: true });
      expect(runs).toBeLessThan(3);
    }
    expect(await rowsOf(GONE)).toEqual([]);
    for (const path of lakeFiles()) {
      const text = readFileSync(path, 'latin1');
      expect([path, Object.values(GONE).filter((name) => text.includes(name))]).toEqual([path, []]);
    }
    expect(await rowsOf(STAYS)).toEqual(others);
    expect(
      [...(await lake()).keys()].filter((path) => path.includes('hr=08/') || path.endsWith('/08.parquet')),
    ).toEqual([]);
  }, 60_000);

  it('is not filled again by the roll-up, and is told of what came late', async () => {
    const others = await rowsOf(STAYS);
    await put(
      `${CLICKS_PREFIX}dt=${DAY}/hr=23/late.parquet`,
      parquetFile(
        linesOf('10', [GONE]).map((line) => tableRow(line, LAKE_COLUMNS)),
        LAKE_COLUMNS,
      ),
    );
    expect(await invoke('roll-up')).toMatchObject({ isDone: true });
    expect(await rowsOf(GONE)).toHaveLength(2);
    expect(await invoke('erase-rows')).toMatchObject({ workspaces: 0 });
    await erasedBefore(50, true);
    expect(await invoke('erase-rows')).toMatchObject({ workspaces: 1, files: 2, rows: 2 });
    expect(await marks()).toHaveLength(1);
    expect(await invoke('erase-rows')).toMatchObject({ workspaces: 1, files: 0 });
    expect(await marks()).toEqual([]);
    expect(await rowsOf(GONE)).toEqual([]);
    expect(await rowsOf(STAYS)).toEqual(others);
  });
});

it('Its role is as large as its work', () => {
  const { iam } = signpost.laptop;
  const { roleName } = signpost.fn('erase-rows');
  expect(iam.granted().has(roleName)).toBe(true);
  expect([...iam.denials()].filter((sentence) => sentence.includes(roleName))).toEqual([]);
  // A query is stopped after minutes; test/local/engines/athena-access.test.ts has one that is too slow.
  const unused = [...(iam.unused().get(roleName) ?? [])];
  expect(unused.filter((grant) => !grant.startsWith('athena:StopQueryExecution '))).toEqual([]);
});
