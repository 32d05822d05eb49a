import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { EngineCall } from '../../../local/engines/engine.ts';
import { roleAuthorizer, type Statement } from '../../../local/engines/iam.ts';
import { CREDENTIALS } from './everyone.ts';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';
import { call, presigned, send } from './s3-raw.ts';

const newFolder = temporaryFolders();
const ARN = `arn:aws:s3:::${BUCKET}`;
const [Bucket, Key, UploadId] = [BUCKET, 'a/one', 'x'];
const allow = (actions: string[], ...resources: string[]): Statement => ({ effect: 'Allow', actions, resources });
const iamOf = (...statements: Statement[]) => roleAuthorizer([{ name: 'Qr', ...CREDENTIALS, statements }]);
const done = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (thrown: unknown) => (thrown as Error).name,
  );

describe('the caller’s role is asked', () => {
  it.each<[claim: string, run: (client: S3Client) => Promise<unknown>, calls: string[]]>([
    [
      'PutObject',
      (client) => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })),
      [`s3:PutObject ${ARN}/a/one`],
    ],
    ['GetObject', (client) => client.send(new GetObjectCommand({ Bucket, Key })), [`s3:GetObject ${ARN}/a/one`]],
    ['HeadObject', (client) => client.send(new HeadObjectCommand({ Bucket, Key })), [`s3:GetObject ${ARN}/a/one`]],
    [
      'DeleteObject',
      (client) => client.send(new DeleteObjectCommand({ Bucket, Key })),
      [`s3:DeleteObject ${ARN}/a/one`],
    ],
    [
      'DeleteObjects',
      (client) => client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: 'two' }] } })),
      [`s3:DeleteObject ${ARN}/a/one`, `s3:DeleteObject ${ARN}/two`],
    ],
    [
      'CopyObject',
      (client) => client.send(new CopyObjectCommand({ Bucket, Key: 'two', CopySource: `${Bucket}/${Key}` })),
      [`s3:GetObject ${ARN}/a/one`, `s3:PutObject ${ARN}/two`],
    ],
    [
      'ListObjectsV2',
      (client) => client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/' })),
      [`s3:ListBucket ${ARN}`],
    ],
    ['HeadBucket', (client) => client.send(new HeadBucketCommand({ Bucket })), [`s3:ListBucket ${ARN}`]],
    [
      'CreateMultipartUpload',
      (client) => client.send(new CreateMultipartUploadCommand({ Bucket, Key })),
      [`s3:PutObject ${ARN}/a/one`],
    ],
    [
      'UploadPart',
      (client) => client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x' })),
      [`s3:PutObject ${ARN}/a/one`],
    ],
    [
      'AbortMultipartUpload',
      (client) => client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })),
      [`s3:AbortMultipartUpload ${ARN}/a/one`],
    ],
    [
      'ListParts',
      (client) => client.send(new ListPartsCommand({ Bucket, Key, UploadId })),
      [`s3:ListMultipartUploadParts ${ARN}/a/one`],
    ],
  ])('for %s', async (_claim, run, calls) => {
    const seen: EngineCall[] = [];
    await withS3(
      newFolder(),
      async ({ client, engine }) => {
        await engine.put(BUCKET, Key, Buffer.from('hello'));
        await run(client).catch(() => undefined);
      },
      {
        authorize: (asked) => {
          seen.push(asked);
          return { allowed: true };
        },
      },
    );
    expect(seen.map(({ action, resourceArns }) => `${action} ${resourceArns.join()}`)).toEqual(calls);
    const iam = iamOf();
    await withS3(
      newFolder(),
      async ({ client, engine }) => {
        await engine.put(BUCKET, Key, Buffer.from('hello'));
        const outcome = await done(
          run(client).then((answer) => {
            // A batch is answered; each of its keys is refused.
            const { Errors = [] } = answer as { Errors?: { Code?: string }[] };
            if (Errors.some(({ Code }) => Code === 'AccessDenied'))
              throw Object.assign(new Error(), { name: 'AccessDenied' });
          }),
        );
        // HEAD has no body to tell the code in.
        expect(['AccessDenied', 'Unknown']).toContain(outcome);
        expect(engine.keys(BUCKET)).toEqual([Key]);
      },
      { authorize: iam.authorize },
    );
    expect(iam.denials().size).toBeGreaterThan(0);
  });
});

it('what a role may below one prefix it may not below another; a batch goes as far as it may', async () => {
  const iam = iamOf(allow(['s3:PutObject', 's3:DeleteObject'], `${ARN}/a/*`));
  await withS3(
    newFolder(),
    async ({ client, engine }) => {
      for (const key of ['a/1', 'b/1']) await engine.put(BUCKET, key, Buffer.from('x'));
      expect(await done(client.send(new PutObjectCommand({ Bucket, Key: 'a/2', Body: 'x' })))).toBe('done');
      await expect(client.send(new PutObjectCommand({ Bucket, Key: 'b/2', Body: 'x' }))).rejects.toThrow(
        /assumed-role\/Qr\/laptop is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::lake\/b\/2/,
      );
      const Objects = [{ Key: 'a/1' }, { Key: 'b/1' }];
      const batch = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      expect([batch.Deleted, batch.Errors?.map((one) => [one.Key, one.Code])]).toEqual([
        [{ Key: 'a/1' }],
        [['b/1', 'AccessDenied']],
      ]);
      expect(engine.keys(BUCKET)).toEqual(['a/2', 'b/1']);
    },
    { authorize: iam.authorize },
  );
});

it('whoever may not list is not told that an object is not there', async () => {
  const get = allow(['s3:GetObject'], `${ARN}/*`);
  for (const [statements, name] of [
    [[get], 'AccessDenied'],
    [[get, allow(['s3:ListBucket'], ARN)], 'NoSuchKey'],
  ] as const) {
    const { authorize } = iamOf(...statements);
    await withS3(
      newFolder(),
      async ({ client }) => expect(await done(client.send(new GetObjectCommand({ Bucket, Key })))).toBe(name),
      { authorize },
    );
  }
});

it('a presigned URL can what its signer can, when it is used', async () => {
  let statements = [allow(['s3:GetObject'], `${ARN}/a/*`)];
  await withS3(
    newFolder(),
    async (bench) => {
      for (const key of ['a/1', 'b/1']) await bench.engine.put(BUCKET, key, Buffer.from('hello'));
      const [mine, others] = await Promise.all(
        ['a/1', 'b/1'].map((key) => presigned(bench, { path: `/${BUCKET}/${key}` }, 60)),
      );
      if (mine === undefined || others === undefined) throw new Error('There are two.');
      expect(await send(bench, mine)).toMatchObject({ status: 200, body: 'hello' });
      expect(await send(bench, others)).toMatchObject({ status: 403, code: 'AccessDenied' });
      statements = [];
      expect(await send(bench, mine)).toMatchObject({ status: 403, code: 'AccessDenied' });
    },
    { authorize: (asked) => iamOf(...statements).authorize(asked) },
  );
});

it('old objects and uploads go as the lifecycle says, at midnight', () =>
  withS3(
    newFolder(),
    async ({ engine, client, clock }) => {
      clock.nowMs = Date.parse('2026-03-12T10:00:00Z');
      for (const key of ['tmp/a', 'kept', 'tmp0']) await engine.put(BUCKET, key, Buffer.from('x'));
      // The SDK signs by its own clock.
      const create = { method: 'POST', path: `/${BUCKET}/big`, query: { uploads: '' } };
      const bench: S3Bench = { engine, client, clock, root: '' };
      const id = /<UploadId>(.+)<\/UploadId>/.exec((await call(bench, create)).body)?.[1] ?? '';
      const parts = () => call(bench, { path: `/${BUCKET}/big`, query: { uploadId: id } });
      clock.nowMs = Date.parse('2026-03-13T23:59:59Z');
      await engine.put(BUCKET, 'tmp/b', Buffer.from('y'));
      await engine.sweep();
      expect([engine.keys(BUCKET), (await parts()).status]).toEqual([['kept', 'tmp/a', 'tmp/b', 'tmp0'], 200]);
      clock.nowMs = Date.parse('2026-03-14T00:00:00Z');
      await engine.sweep();
      expect([engine.keys(BUCKET), (await parts()).code]).toEqual([['kept', 'tmp/b', 'tmp0'], 'NoSuchUpload']);
    },
    {
      buckets: [
        {
          expiry: [
            { prefix: 'tmp/', days: 1, abortUploadsAfterDays: null },
            { prefix: '', days: null, abortUploadsAfterDays: 1 },
          ],
        },
      ],
    },
  ));

it('whoever follows a bucket hears of each object once it is there', () =>
  withS3(newFolder(), async ({ engine, client }) => {
    const heard: string[] = [];
    engine.onObjectCreated(({ event, bucket, object }) => {
      heard.push(`${event} ${bucket}/${object.key} ${object.sizeBytes} ${engine.keys(bucket).includes(object.key)}`);
    });
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
    await client.send(new CopyObjectCommand({ Bucket, Key: 'two', CopySource: `${Bucket}/${Key}` }));
    await done(client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' })));
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await engine.put(BUCKET, 'three', Buffer.from('abc'));
    expect(heard).toEqual([
      'ObjectCreated:Put lake/a/one 5 true',
      'ObjectCreated:Copy lake/two 5 true',
      'ObjectCreated:Put lake/three 3 true',
    ]);
  }));

it('fails as a test wants it to', () =>
  withS3(newFolder(), async ({ engine, client }) => {
    const put = () => client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello' }));
    engine.faultFor = () => ({ kind: 'refuse', status: 503, errorType: 'SlowDown' });
    await expect(put()).rejects.toMatchObject({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } });
    expect(engine.keys(BUCKET)).toEqual([]);
    engine.faultFor = () => ({ kind: 'lose-answer' });
    await expect(put()).rejects.toThrow();
    expect(engine.keys(BUCKET)).toEqual([Key]);
    engine.faultFor = () => ({ kind: 'hang' });
    const answer = client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal: AbortSignal.timeout(200) });
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  }));

it('a body is sent as fast as it is read, and never held as a whole', () =>
  withS3(newFolder(), async (bench) => {
    const sizeBytes = 96 * 1024 * 1024;
    await bench.engine.put(BUCKET, 'large', Buffer.alloc(sizeBytes, 'x'));
    const raw = await presigned(bench, { path: `/${BUCKET}/large` }, 60);
    const before = process.memoryUsage().arrayBuffers;
    const answer = await fetch(`${bench.engine.url}${raw.path}?${new URLSearchParams(raw.query).toString()}`);
    await sleep(300);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    let read = 0;
    for await (const chunk of answer.body ?? []) read += (chunk as Uint8Array).length;
    expect(read).toBe(sizeBytes);
  }));
