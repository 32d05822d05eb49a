import { PutObjectCommand } from '@aws-sdk/client-s3';
import { downloads } from '../../adapters/downloads.ts';
import { reportFiles } from '../../adapters/report-files.ts';
import type { ReportFiles } from '../../core/reports/report-ports.ts';
import { allOf } from '../fixtures/all-of.ts';
import { startBuckets, type TestBuckets } from '../fixtures/buckets.ts';

const RESULTS_BUCKET = 'results';
let bucket: TestBuckets;
let files: ReportFiles;
beforeAll(async () => {
  bucket = await startBuckets([RESULTS_BUCKET]);
  files = reportFiles(bucket.s3, RESULTS_BUCKET);
});
afterAll(() => bucket.close());

const FILE = { key: 'reports/ws_1/rep_1.csv', contentType: 'text/csv; charset=utf-8' };
const urlOf = async ({ key, contentType } = FILE): Promise<string> => {
  const sign = downloads(bucket.s3, RESULTS_BUCKET, Date.now);
  return (await sign({ key, contentType, fileName: 'signpost-clicks.csv' }, Date.now() + 60_000)).url;
};
const download = async (file = FILE) => fetch(await urlOf(file));

async function* pieces(count: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(bytes, index % 256);
}

describe('the file of a report', () => {
  test('is written in parts when it is large, and read as a download', async () => {
    const [count, size] = [40, 1_000_000];
    expect(await files.write(FILE, pieces(count, size))).toEqual({ bytes: count * size });
    const answer = await download();
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('content-disposition')]).toEqual([
      200,
      FILE.contentType,
      'attachment; filename="signpost-clicks.csv"',
    ]);
    const read = Buffer.from(await answer.arrayBuffer());
    expect([read.length, read[0], read.at(-1)]).toEqual([count * size, 0, count - 1]);
  });

  test('is nobody’s whose URL was changed', async () => {
    await files.write(FILE, pieces(1, 10));
    expect((await fetch((await urlOf()).replace('rep_1', 'rep_2'))).status).toBe(403);
  });

  test('is none where writing broke off, and is gone when it is removed', async () => {
    const broken = { ...FILE, key: 'reports/ws_1/broken.csv' };
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield* pieces(12, 1_000_000);
      throw new Error('too many rows');
    }
    await expect(files.write(broken, breaking())).rejects.toThrow('too many rows');
    expect((await download(broken)).status).toBe(404);
    await files.write(FILE, pieces(1, 10));
    await files.remove(FILE.key);
    expect((await download()).status).toBe(404);
  });

  test('is made of rows that Athena left: null is no text, and texts hold anything', async () => {
    const Body = '"code","city"\n"a",\n"b",""\n"say ""hi"", \nnow","=1"\n';
    await bucket.s3.send(new PutObjectCommand({ Bucket: RESULTS_BUCKET, Key: 'queries/1.csv', Body }));
    expect(await allOf(files.answerRows(`s3://${RESULTS_BUCKET}/queries/1.csv`))).toEqual([
      { code: 'a', city: null },
      { code: 'b', city: '' },
      { code: 'say "hi", \nnow', city: '=1' },
    ]);
    await expect(allOf(files.answerRows(`s3://${RESULTS_BUCKET}/queries/2.csv`))).rejects.toThrow();
  });
});
