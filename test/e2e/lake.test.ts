import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { distinctClicks, filedRecords, type LakeRow, lakeRows } from '../fixtures/lake-rows.ts';
import { type RunningSignpost, startSignpost } from '../fixtures/running-signpost.ts';

const VISITS_PER_LINK = [1, 3, 10, 40];

const folder = mkdtempSync(join(tmpdir(), 'signpost-lake-'));
const bucketsDir = join(folder, 's3');
let signpost: RunningSignpost;
let codes: readonly string[];
beforeAll(async () => {
  signpost = await startSignpost({ dataDir: folder });
  codes = await signpost.createLinks(VISITS_PER_LINK.length);
}, 60_000);
afterAll(async () => {
  await signpost.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function rows(): Promise<readonly LakeRow[]> {
  await signpost.laptop.pumps.idle();
  await signpost.laptop.deliveries.flush();
  return lakeRows(bucketsDir);
}

async function putOnStream(text: string): Promise<void> {
  const client = new KinesisClient({
    endpoint: signpost.laptop.engines.kinesis.url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
  });
  const StreamName = signpost.fn('redirect').env['CLICK_STREAM'];
  await client.send(new PutRecordsCommand({ StreamName, Records: [{ PartitionKey: 'k', Data: Buffer.from(text) }] }));
  client.destroy();
}

const totalOf = async (code: string): Promise<number> => {
  const { body } = await signpost.api('GET', `/v1/urls/${code}/stats`);
  return (JSON.parse(body) as { total: number }).total;
};

const visitAll = (): Promise<unknown> =>
  Promise.all(
    VISITS_PER_LINK.flatMap((count, index) => Array.from({ length: count }, () => signpost.visit(codes[index] ?? ''))),
  );

describe('The lake', () => {
  it('has every click that was counted as a row, with exactly the columns of the table', async () => {
    await visitAll();
    const found = await rows();
    const distinct = distinctClicks(found);
    expect(codes.map((code) => distinct.get(code))).toEqual(VISITS_PER_LINK);
    expect(await Promise.all(codes.map(totalOf))).toEqual(VISITS_PER_LINK);
    for (const row of found) expect(Object.keys(row)).toEqual(LAKE_COLUMNS.map(({ name }) => name));
  });

  it('goes on behind poison, and keeps the poison', async () => {
    await putOnStream('poison');
    await visitAll();
    const distinct = distinctClicks(await rows());
    expect(codes.map((code) => distinct.get(code))).toEqual(VISITS_PER_LINK.map((count) => 2 * count));
    expect(filedRecords(bucketsDir, 'processing-failed')).toEqual([{ raw: 'poison' }]);
  });

  it('has after a restart each row it had, and the clicks that came in between', async () => {
    await visitAll();
    await signpost.stop();
    signpost = await startSignpost({ dataDir: folder });
    await visitAll();
    const distinct = distinctClicks(await rows());
    expect(codes.map((code) => distinct.get(code))).toEqual(VISITS_PER_LINK.map((count) => 4 * count));
    expect(await Promise.all(codes.map(totalOf))).toEqual(VISITS_PER_LINK.map((count) => 4 * count));
  });
});
