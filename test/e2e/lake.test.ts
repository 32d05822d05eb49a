import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient } from '@aws-sdk/client-athena';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { lakeQueries } from '../../adapters/lake-queries.ts';
import { clicksBetween } from '../../core/lake/clicks-between.ts';
import { LAKE_COLUMNS } from '../../core/lake/clicks-table.ts';
import { sql } from '../../core/lake/sql.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { distinctClicks, filedRecords, type LakeRow, lakeRows } from '../fixtures/lake-rows.ts';
import { type RunningSignpost, startSignpost } from '../fixtures/running-signpost.ts';

const VISITS_PER_LINK = [1, 3, 10, 40];
const CREDENTIALS = { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' };

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
    credentials: CREDENTIALS,
  });
  const StreamName = signpost.fn('redirect').env['CLICK_STREAM'];
  await client.send(new PutRecordsCommand({ StreamName, Records: [{ PartitionKey: 'k', Data: Buffer.from(text) }] }));
  client.destroy();
}

/** Distinct clicks of each code today, as Athena counts them. */
async function countedByAthena(): Promise<readonly number[]> {
  await rows();
  const { engines, plan } = signpost.laptop;
  const client = new AthenaClient({ endpoint: engines.athena.url, region: REGION, credentials: CREDENTIALS });
  const place = { client, workgroup: plan.workgroups[0]?.name ?? '', database: plan.glueTables[0]?.database ?? '' };
  const span = { startMs: Date.now() - 3_600_000, endMs: Date.now() };
  const clicks = clicksBetween({ span, workspaceId: 'ws_demo', link: null, tag: null, filters: {} });
  const query = sql`SELECT code, count(DISTINCT id) AS clicks FROM ${clicks} GROUP BY code`;
  const outcome = await lakeQueries(place).ask({ sql: query, maxAgeMinutes: 0 }, 10_000);
  client.destroy();
  if (outcome.kind !== 'rows') throw new Error(outcome.reason);
  const byCode = new Map(outcome.rows.map(({ code, clicks: counted }) => [code ?? '', Number(counted)]));
  return codes.map((code) => byCode.get(code) ?? 0);
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

  it('answers Athena with each click, once it is there', async () => {
    expect(await countedByAthena()).toEqual(VISITS_PER_LINK);
    await visitAll();
    expect(await countedByAthena()).toEqual(VISITS_PER_LINK.map((count) => 2 * count));
  });

  it('goes on behind poison, and keeps the poison', async () => {
    await putOnStream('poison');
    await visitAll();
    const distinct = distinctClicks(await rows());
    expect(codes.map((code) => distinct.get(code))).toEqual(VISITS_PER_LINK.map((count) => 3 * count));
    expect(filedRecords(bucketsDir, 'processing-failed')).toEqual([{ raw: 'poison' }]);
  });

  it('has after a restart each row it had, and the clicks that came in between', async () => {
    await visitAll();
    await signpost.stop();
    signpost = await startSignpost({ dataDir: folder });
    await visitAll();
    const distinct = distinctClicks(await rows());
    const visits = VISITS_PER_LINK.map((count) => 5 * count);
    expect(codes.map((code) => distinct.get(code))).toEqual(visits);
    expect(await Promise.all(codes.map(totalOf))).toEqual(visits);
    expect(await countedByAthena()).toEqual(visits);
  });
});
