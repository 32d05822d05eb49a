import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeMapRunCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  CsvHeaders,
  DistributedMap,
  type DistributedMapProps,
  ItemBatcher,
  JsonPath,
  ResultWriterV2,
  S3CsvItemReader,
  S3JsonItemReader,
  S3JsonLItemReader,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { type S3Engine, startS3 } from '../../../local/engines/s3.ts';
import { SECRET_ACCESS_KEY } from '../../../local/lambda/function-env.ts';
import { CLIENT } from '../engines/everyone.ts';
import { temporaryFolders } from '../engines/folder.ts';
import { CALLER, failing, type Invoke, outputOf, type Played, planOfMachine, playPlan, rolesOfPlan } from './stage.ts';

const newFolder = temporaryFolders();

type Stage = Played & {
  readonly s3: S3Client;
  readonly put: (key: string, body: string) => Promise<void>;
  readonly read: (key: string) => Promise<unknown>;
};

/** A machine that is one distributed map, whose children are one task each. */
async function mapped(
  props: (bucket: Bucket) => DistributedMapProps,
  invoke: Invoke,
  use: (stage: Stage) => Promise<void>,
  folders: { readonly items?: string; readonly results?: string } = {},
): Promise<void> {
  const { items = 'uploads/', results = 'results/' } = folders;
  const plan = planOfMachine((scope, lambdaFunction, bucket) => {
    const map = new DistributedMap(scope, 'Rows', { mapExecutionType: StateMachineType.EXPRESS, ...props(bucket) });
    map.itemProcessor(
      new LambdaInvoke(scope, 'Render', { lambdaFunction, retryOnServiceExceptions: false, outputPath: '$.Payload' }),
    );
    return { start: map, map: { items: { bucket, prefix: items }, results: { bucket, prefix: results } } };
  });
  const iam = rolesOfPlan(plan);
  const Bucket = plan.buckets[0]?.name ?? '';
  const engine: S3Engine = await startS3({
    root: newFolder(),
    isDurable: false,
    buckets: plan.buckets,
    authorize: iam.authorize,
    secretFor: () => SECRET_ACCESS_KEY,
  });
  const s3 = new S3Client({ ...CLIENT, endpoint: engine.url, credentials: CALLER });
  const stage = await playPlan(plan, invoke, { iam, endpoints: { S3: engine.url } });
  try {
    await use({
      ...stage,
      s3,
      async put(Key, Body) {
        await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      },
      async read(Key) {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        return JSON.parse((await Body?.transformToString()) ?? '') as unknown;
      },
    });
  } finally {
    s3.destroy();
    await stage.close();
    await engine.close();
  }
}

type Batch = {
  readonly Items: readonly { readonly url: string; readonly n: string }[];
  readonly BatchInput?: { readonly batch_id: string };
};

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ url: `https://example.com/${n}`, n: `${n}` }));
const csvOf = (count: number): string =>
  `url,n\r\n${rowsOf(count)
    .map(({ url, n }) => `${url},${n}\r\n`)
    .join('')}`;
const KEY = JsonPath.stringAt('$.key');
const inTens = { itemBatcher: new ItemBatcher({ maxItemsPerBatch: 10 }) };

describe('items', () => {
  it('of a CSV come in batches, each with what all batches share', () => {
    const batches: Batch[] = [];
    return mapped(
      (bucket) => ({
        itemReader: new S3CsvItemReader({ bucket, key: KEY, csvHeaders: CsvHeaders.useFirstRow() }),
        itemBatcher: new ItemBatcher({ maxItemsPerBatch: 50, batchInput: { 'batch_id.$': '$.id' } }),
      }),
      (event) => {
        batches.push(event as Batch);
        return (event as Batch).Items.length;
      },
      async ({ put, run }) => {
        await put('uploads/a.csv', csvOf(205));
        const execution = await run({ key: 'uploads/a.csv', id: 'bat_1' });
        expect(outputOf(execution)).toEqual([50, 50, 50, 50, 5]);
        expect(batches.every(({ BatchInput }) => BatchInput?.batch_id === 'bat_1')).toBe(true);
        const items = batches.flatMap(({ Items }) => Items).toSorted((a, b) => Number(a.n) - Number(b.n));
        expect(items).toEqual(rowsOf(205));
      },
    );
  });

  it.each<[kind: string, reader: (bucket: Bucket) => DistributedMapProps, body: string]>([
    [
      'of a CSV under given names, a byte order mark before them',
      (bucket) => ({
        itemReader: new S3CsvItemReader({ bucket, key: KEY, csvHeaders: CsvHeaders.use(['url', 'note']) }),
      }),
      '\ufeffhttps://a.example,"two ""lines""\nof text"\n\nhttps://b.example,,too much\nhttps://c.example',
    ],
    [
      'of a JSON array',
      (bucket) => ({ itemReader: new S3JsonItemReader({ bucket, key: KEY }) }),
      ` [ {"url": "https://a.example", "note": "two \\"lines\\"\\nof text"},\n{"note":"","url":"https://b.example"} ,{"url":"https://c.example","note":""}]\n`,
    ],
    [
      'of lines of JSON',
      (bucket) => ({ itemReader: new S3JsonLItemReader({ bucket, key: KEY }) }),
      '{"url": "https://a.example", "note": "two \\"lines\\"\\nof text"}\n{"note":"","url":"https://b.example"}\n\n{"url":"https://c.example","note":""}',
    ],
  ])('%s are the same', (_claim, reader, body) =>
    mapped(
      reader,
      (event) => event,
      async ({ put, run }) => {
        await put('uploads/rows', body);
        expect(outputOf(await run({ key: 'uploads/rows' }))).toEqual([
          { url: 'https://a.example', note: 'two "lines"\nof text' },
          { url: 'https://b.example', note: '' },
          { url: 'https://c.example', note: '' },
        ]);
      },
    ),
  );

  it('may be chosen from, numbered, and no more than so many', () =>
    mapped(
      (bucket) => ({
        itemReader: new S3CsvItemReader({ bucket, key: KEY, csvHeaders: CsvHeaders.useFirstRow(), maxItems: 3 }),
        itemSelector: { 'row.$': '$$.Map.Item.Index', 'to.$': '$$.Map.Item.Value.url', 'batch.$': '$.id' },
      }),
      (event) => event,
      async ({ put, run }) => {
        await put('uploads/a.csv', csvOf(20));
        const chosen = outputOf(await run({ key: 'uploads/a.csv', id: 'bat_1' }));
        expect(chosen).toEqual([0, 1, 2].map((row) => ({ row, to: `https://example.com/${row}`, batch: 'bat_1' })));
      },
    ));

  it('may be in the input, and a batch be as long as its bytes', () =>
    mapped(
      () => ({ itemsPath: '$.urls', itemBatcher: new ItemBatcher({ maxInputBytesPerBatch: 60 }) }),
      (event) => (event as { Items: unknown[] }).Items.length,
      async ({ run }) => {
        const urls = Array.from({ length: 7 }, (_, n) => `https://a.example/${n}`);
        expect(outputOf(await run({ urls }))).toEqual([2, 2, 2, 1]);
      },
    ));

  it.each<[why: string, key: string, body: string]>([
    ['nobody has put there', 'uploads/none.csv', ''],
    ['the role may not read', 'other/a.csv', csvOf(1)],
    ['are no CSV', 'uploads/b.csv', 'url\n"open'],
  ])('that %s fail the map with States.ItemReaderFailed', (_why, key, body) =>
    mapped(
      (bucket) => ({ itemReader: new S3CsvItemReader({ bucket, key: KEY, csvHeaders: CsvHeaders.useFirstRow() }) }),
      (event) => event,
      async ({ put, run }) => {
        if (body !== '') await put(key, body);
        expect(await run({ key })).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
      },
    ),
  );
});

describe('children', () => {
  const reading = (bucket: Bucket, more: DistributedMapProps): DistributedMapProps => ({
    itemReader: new S3CsvItemReader({ bucket, key: KEY, csvHeaders: CsvHeaders.useFirstRow() }),
    ...inTens,
    ...more,
  });
  /** One batch of 21 fails: 10 of 205 rows, 4.9 %. */
  const failingOnce: Invoke = (event) => {
    if ((event as Batch).Items.some(({ n }) => n === '77')) throw failing('Unreadable', 'row 77');
    return (event as Batch).Items.length;
  };

  it.each<[tolerance: DistributedMapProps, status: string]>([
    [{}, 'FAILED'],
    [{ toleratedFailurePercentage: 5 }, 'SUCCEEDED'],
    [{ toleratedFailurePercentage: 4 }, 'FAILED'],
    [{ toleratedFailureCount: 10 }, 'SUCCEEDED'],
    [{ toleratedFailureCount: 9 }, 'FAILED'],
  ])('of which one fails, with %j: %s', (tolerance, status) =>
    mapped(
      (bucket) => reading(bucket, tolerance),
      failingOnce,
      async ({ put, run }) => {
        await put('uploads/a.csv', csvOf(205));
        const execution = await run({ key: 'uploads/a.csv' });
        expect(execution.status).toBe(status);
        if (status === 'FAILED') expect(execution.error).toBe('States.ExceedToleratedFailureThreshold');
        else expect(outputOf(execution)).toHaveLength(21);
      },
    ),
  );

  it('are written to S3 with what became of them, and the state says where', () =>
    mapped(
      (bucket) =>
        reading(bucket, {
          toleratedFailurePercentage: 100,
          resultWriterV2: new ResultWriterV2({
            bucket,
            prefix: JsonPath.format('results/{}', JsonPath.stringAt('$.id')),
          }),
        }),
      failingOnce,
      async ({ put, run, read, machineArn }) => {
        await put('uploads/a.csv', csvOf(205));
        const output = outputOf(await run({ key: 'uploads/a.csv', id: 'bat_1' })) as {
          MapRunArn: string;
          ResultWriterDetails: { Bucket: string; Key: string };
        };
        const id = output.MapRunArn.split(':').at(-1) ?? '';
        expect(output.MapRunArn).toBe(`${machineArn.replace('stateMachine', 'mapRun')}/Rows:${id}`);
        expect(output.ResultWriterDetails.Key).toBe(`results/bat_1/${id}/manifest.json`);
        const manifest = (await read(output.ResultWriterDetails.Key)) as {
          ResultFiles: Readonly<Record<string, { Key: string; Size: number }[]>>;
        };
        expect(manifest).toMatchObject({
          DestinationBucket: output.ResultWriterDetails.Bucket,
          MapRunArn: output.MapRunArn,
          ResultFiles: {
            FAILED: [{ Key: `results/bat_1/${id}/FAILED_0.json` }],
            PENDING: [],
            SUCCEEDED: [{ Key: `results/bat_1/${id}/SUCCEEDED_0.json` }],
          },
        });
        const succeeded = await read(`results/bat_1/${id}/SUCCEEDED_0.json`);
        expect(succeeded).toHaveLength(20);
        expect(succeeded).toContainEqual(
          expect.objectContaining({ Status: 'SUCCEEDED', Output: '5', StateMachineArn: `${machineArn}/Rows` }),
        );
        const [failed] = (await read(`results/bat_1/${id}/FAILED_0.json`)) as { Input: string }[];
        expect(failed).toMatchObject({
          Status: 'FAILED',
          Error: 'Unreadable',
          Cause: expect.stringContaining('row 77') as string,
        });
        expect((JSON.parse(failed?.Input ?? '') as Batch).Items[7]).toEqual({ url: 'https://example.com/77', n: '77' });
      },
    ));

  it('may not be written where the role may not write', () =>
    mapped(
      (bucket) => reading(bucket, { resultWriterV2: new ResultWriterV2({ bucket, prefix: 'elsewhere' }) }),
      () => 1,
      async ({ put, run }) => {
        await put('uploads/a.csv', csvOf(1));
        expect(await run({ key: 'uploads/a.csv' })).toMatchObject({ error: 'States.ResultWriterFailed' });
      },
    ));

  it('are at most eight at once, and fewer where the map says so', async () => {
    for (const [maxConcurrency, expected] of [
      [3, 3],
      [100, 8],
    ]) {
      let running = 0;
      let most = 0;
      await mapped(
        (bucket) => reading(bucket, { maxConcurrency: maxConcurrency ?? 0 }),
        async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running -= 1;
        },
        async ({ put, run }) => {
          await put('uploads/a.csv', csvOf(205));
          await run({ key: 'uploads/a.csv' });
        },
      );
      expect(most).toBe(expected);
    }
  });

  it('are counted while they run and afterwards', () => {
    const going = Promise.withResolvers<void>();
    return mapped(
      (bucket) => reading(bucket, { maxConcurrency: 2, toleratedFailureCount: 100 }),
      async (event) => {
        if ((event as Batch).Items.some(({ n }) => Number(n) >= 30)) await going.promise;
        return failingOnce(event, '');
      },
      async ({ client, put, start, ended }) => {
        await put('uploads/a.csv', csvOf(85));
        const executionArn = await start({ key: 'uploads/a.csv' });
        const counts = async () => {
          const { mapRuns = [] } = await client.send(new ListMapRunsCommand({ executionArn }));
          const mapRunArn = mapRuns[0]?.mapRunArn;
          if (mapRunArn === undefined) return undefined;
          return (await client.send(new DescribeMapRunCommand({ mapRunArn }))).itemCounts;
        };
        for (;;) if ((await counts())?.succeeded === 30) break;
        expect(await counts()).toMatchObject({ running: 20, succeeded: 30, failed: 0, total: 50 });
        going.resolve();
        await ended(executionArn);
        expect(await counts()).toMatchObject({ running: 0, succeeded: 75, failed: 10, total: 85, resultsWritten: 85 });
      },
    );
  });
});
