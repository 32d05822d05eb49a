import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { batchStore } from '../../adapters/batch-store.ts';
import { jobErasure } from '../../adapters/job-erasure.ts';
import { reportStore } from '../../adapters/report-store.ts';
import { fileOf } from '../../core/reports/report-file.ts';
import { allOf } from '../fixtures/all-of.ts';
import { aBatch } from '../fixtures/batches.ts';
import { startBuckets, type TestBuckets } from '../fixtures/buckets.ts';
import { aReport } from '../fixtures/reports.ts';
import { startTables, type TestTables } from '../fixtures/tables.ts';

let tables: TestTables;
const RESULTS_BUCKET = 'results';
let bucket: TestBuckets;
beforeAll(async () => {
  [tables, bucket] = await Promise.all([startTables(), startBuckets([RESULTS_BUCKET])]);
});
afterAll(async () => {
  await tables.close();
  await bucket.close();
});

test('What an erased workspace ordered is stopped and gone, with files that no item leads to, and nobody else’s', async () => {
  const store = reportStore(tables.client, 'jobs');
  const put = (Key: string) => bucket.s3.send(new PutObjectCommand({ Bucket: RESULTS_BUCKET, Key, Body: 'rows' }));
  for (const workspaceId of ['ws_1', 'ws_2']) {
    for (const [id, state] of [
      ['rep_open', { status: 'queued' }],
      ['rep_made', { status: 'succeeded', endedAtMs: 1, rows: 1, bytes: 4 }],
    ] as const) {
      const report = aReport({ workspaceId, id });
      await store.create(report, 10);
      if (state.status === 'succeeded') await store.change(report, state);
      await put(fileOf(report).key);
    }
    await put(fileOf(aReport({ workspaceId, id: 'rep_forgotten' })).key);
  }
  const stopped: string[] = [];
  const runs = { stop: async (id: string) => void stopped.push(id) };
  const batches = batchStore(tables.client, 'jobs');
  for (const id of ['bat_open', 'bat_ended']) await batches.create(aBatch({ id, workspaceId: 'ws_1' }), 5);
  await batches.change(aBatch({ id: 'bat_ended', workspaceId: 'ws_1' }), { status: 'cancelled', endedAtMs: 1 });
  const batchRuns = { stop: async ({ id }: { readonly id: string }) => void stopped.push(id) };
  const { eraseJobs } = jobErasure(tables.client, {
    table: 'jobs',
    runs,
    batchRuns,
    s3: bucket.s3,
    resultsBucket: RESULTS_BUCKET,
    nowMs: () => 7,
  });
  await allOf(eraseJobs('ws_1'));
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: 'jobs' }));
  const { Contents = [] } = await bucket.s3.send(new ListObjectsV2Command({ Bucket: RESULTS_BUCKET }));
  expect(stopped).toEqual(['rep_open', 'bat_open']);
  expect(new Set(Items.map(({ pk }) => pk as string))).toEqual(new Set(['job#ws_2']));
  expect(Contents.map(({ Key }) => Key?.startsWith('reports/ws_2/'))).toEqual([true, true, true]);
  expect(await allOf(eraseJobs('ws_1'))).toEqual([]);
});
