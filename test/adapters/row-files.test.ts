import { GetObjectCommand } from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import { parquetFile } from '../../adapters/parquet-file.ts';
import { rowFiles } from '../../adapters/row-files.ts';
import { encodeClickRow } from '../../core/clicks/click-row.ts';
import { LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { ROLL_UPS_COLUMNS, rollUpKey } from '../../core/lake/roll-ups-table.ts';
import type { LakeFile } from '../../core/lake/row-files.ts';
import { tableRow } from '../../local/deliveries/table-row.ts';
import { startBuckets, type TestBuckets } from '../fixtures/buckets.ts';
import { aClick } from '../fixtures/clicks.ts';

const KEY = 'clicks/dt=2026-11-21/hr=09/file.parquet';
const GONE = new Set(['ws_1']);
let lake: TestBuckets;
let files: ReturnType<typeof rowFiles>;
beforeAll(async () => {
  lake = await startBuckets(['lake']);
  files = rowFiles(lake.s3, 'lake');
});
afterAll(() => lake.close());

const put = (key: string, body: Buffer): Promise<unknown> => lake.engine.put('lake', key, body);
async function get(key: string): Promise<Buffer> {
  const { Body } = await lake.s3.send(new GetObjectCommand({ Bucket: 'lake', Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}
const clicksOf = (...workspaceIds: readonly string[]): Buffer => {
  const rows = workspaceIds.map((workspace_id, index) => aClick({ id: String(index), workspace_id }));
  return parquetFile(
    rows.map((click) => tableRow(encodeClickRow(click), LAKE_COLUMNS)),
    LAKE_COLUMNS,
  );
};
async function filesBelow(prefix: string): Promise<readonly LakeFile[]> {
  const found: LakeFile[] = [];
  for await (const file of files.below(prefix)) found.push(file);
  return found;
}
async function fileNamed(key: string): Promise<LakeFile> {
  const [file] = await filesBelow(key);
  if (file === undefined) throw new Error(`There is no ${key}.`);
  return file;
}
async function rowsIn(key: string): Promise<readonly unknown[]> {
  const file = new Uint8Array(await get(key)).buffer;
  return (await parquetReadObjects({ file })).map((row) => row['workspace_id']);
}

describe('Rows of a workspace', () => {
  it('leave a file of clicks, and the others stay', async () => {
    await put(KEY, clicksOf('ws_2', 'ws_1', 'ws_1', 'ws_12'));
    expect(await files.eraseRows(await fileNamed(KEY), GONE)).toEqual(new Map([['ws_1', 2]]));
    expect(await rowsIn(KEY)).toEqual(['ws_2', 'ws_12']);
    const { version } = await fileNamed(KEY);
    expect(await files.eraseRows(await fileNamed(KEY), GONE)).toEqual(new Map());
    expect((await fileNamed(KEY)).version).toBe(version);
  });

  it('take a file along in which nobody else has rows', async () => {
    const key = rollUpKey('2026-11-21T09');
    const row = { clicked_hour: new Date(0), workspace_id: 'ws_1', clicks: 3n };
    await put(key, parquetFile([row], ROLL_UPS_COLUMNS));
    expect(await files.eraseRows(await fileNamed(key), GONE)).toEqual(new Map([['ws_1', 1]]));
    expect(await filesBelow(key)).toEqual([]);
  });

  it('leave what was filed', async () => {
    const key = 'processing-failed/2026/11/21/Delivery-1';
    const line = (workspace_id: string): string =>
      `${JSON.stringify({ rawData: Buffer.from(JSON.stringify({ workspace_id })).toString('base64') })}\n`;
    await put(key, Buffer.from(line('ws_1') + line('ws_2')));
    expect(await files.eraseRows(await fileNamed(key), GONE)).toEqual(new Map([['ws_1', 1]]));
    expect(String(await get(key))).toBe(line('ws_2'));
  });

  it.each([
    ['of clicks', KEY, clicksOf('ws_2', 'ws_1'), clicksOf('ws_1', 'ws_2', 'ws_3')],
    ['without others', KEY, clicksOf('ws_1'), clicksOf('ws_1', 'ws_2')],
  ])('stay in a file %s that somebody else replaced meanwhile', async (_, key, before, after) => {
    await put(key, before);
    const listed = await fileNamed(key);
    await put(key, after);
    expect(await files.eraseRows(listed, GONE)).toBeNull();
    expect(await get(key)).toEqual(after);
  });

  it('are none in a file that is gone', async () => {
    await put(KEY, clicksOf('ws_1'));
    const listed = await fileNamed(KEY);
    await files.remove(listed);
    expect(await files.eraseRows(listed, GONE)).toEqual(new Map());
  });
});

it('the days of a table are those that have files, in order', async () => {
  for (const day of ['2026-10-02', '2026-10-01']) await put(`clicks/dt=${day}/hr=00/a.parquet`, clicksOf('ws_2'));
  await put('clicks/dt=2026-10-02/hr=01/b.parquet', clicksOf('ws_2'));
  await put('rollups/_through.json', Buffer.from('{}'));
  expect((await files.days('clicks/')).slice(0, 2)).toEqual(['2026-10-01', '2026-10-02']);
  expect(await files.days('rollups/')).toEqual([]);
});
