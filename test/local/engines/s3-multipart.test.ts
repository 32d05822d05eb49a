import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';

const newFolder = temporaryFolders();
const target = { Bucket: BUCKET, Key: 'parts/one' };
const MIB = 1024 * 1024;
const [FIRST, LAST] = [Buffer.alloc(5 * MIB, 'a'), Buffer.from('the end')];
const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest();

const start = async ({ client }: S3Bench, input: Partial<CreateMultipartUploadCommandInput> = {}) =>
  (await client.send(new CreateMultipartUploadCommand({ ...target, ...input }))).UploadId ?? '';

async function upload({ client }: S3Bench, UploadId: string, PartNumber: number, Body: Buffer): Promise<CompletedPart> {
  const part = await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
  return { PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 };
}

const complete = ({ client }: S3Bench, UploadId: string, Parts: CompletedPart[], condition = {}) =>
  client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts }, ...condition }));

const drafts = ({ root }: S3Bench): string[] => readdirSync(join(root, '.drafts'));

it('parts become one object, in the order of their numbers, with S3’s tag and checksum', () =>
  withS3(newFolder(), async (bench) => {
    const id = await start(bench, { ContentType: 'x/y', Metadata: { a: '1' }, ChecksumAlgorithm: 'CRC32' });
    const last = await upload(bench, id, 7, LAST);
    await upload(bench, id, 2, Buffer.from('replaced'));
    const first = await upload(bench, id, 2, FIRST);
    expect(bench.engine.keys(BUCKET)).toEqual([]);
    const answer = await complete(bench, id, [first, last]);
    const tag = createHash('md5')
      .update(Buffer.concat([md5(FIRST), md5(LAST)]))
      .digest('hex');
    expect(answer).toMatchObject({ ETag: `"${tag}-2"`, Bucket: BUCKET, Key: target.Key, ChecksumType: 'COMPOSITE' });
    expect(answer.ChecksumCRC32).toMatch(/^[\w+/]{6}==-2$/);
    const got = await bench.client.send(new GetObjectCommand(target));
    expect(got).toMatchObject({ ContentType: 'x/y', Metadata: { a: '1' }, ETag: `"${tag}-2"` });
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([FIRST, LAST]))).toBe(true);
    expect(drafts(bench)).toEqual([]);
    await expect(complete(bench, id, [first, last])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  }));

it('parts are listed by pages while their upload is open', () =>
  withS3(newFolder(), async (bench) => {
    const UploadId = await start(bench);
    for (const number of [3, 1, 2]) await upload(bench, UploadId, number, Buffer.from(`${number}`));
    const page = await bench.client.send(new ListPartsCommand({ ...target, UploadId, MaxParts: 2 }));
    expect(page.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2', MaxParts: 2 });
    const rest = await bench.client.send(new ListPartsCommand({ ...target, UploadId, PartNumberMarker: '2' }));
    expect([rest.IsTruncated, rest.Parts?.map(({ PartNumber }) => PartNumber)]).toEqual([false, [3]]);
  }));

it('an aborted upload leaves nothing and takes no more parts', () =>
  withS3(newFolder(), async (bench) => {
    const UploadId = await start(bench);
    await upload(bench, UploadId, 1, LAST);
    await bench.client.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    expect(drafts(bench)).toEqual([]);
    await expect(upload(bench, UploadId, 2, LAST)).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(bench.client.send(new ListPartsCommand({ ...target, UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
    const again = new AbortMultipartUploadCommand({ ...target, UploadId });
    await expect(bench.client.send(again)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  }));

it.each<[claim: string, parts: (uploaded: CompletedPart[]) => CompletedPart[], name: string]>([
  [
    'a small one that is not the last',
    ([big, small]) =>
      [
        { ...small, PartNumber: 2 },
        { ...big, PartNumber: 3 },
      ] as CompletedPart[],
    'EntityTooSmall',
  ],
  ['ones out of order', ([big, small]) => [small, big] as CompletedPart[], 'InvalidPartOrder'],
  ['one twice', ([big]) => [big, big] as CompletedPart[], 'InvalidPartOrder'],
  ['one nobody sent', ([big]) => [{ ...big, PartNumber: 9 }] as CompletedPart[], 'InvalidPart'],
  ['one with another tag', ([big]) => [{ ...big, ETag: '"x"' }] as CompletedPart[], 'InvalidPart'],
  ['one with another checksum', ([big]) => [{ ...big, ChecksumCRC32: 'AAAAAA==' }] as CompletedPart[], 'InvalidPart'],
  ['none', () => [], 'MalformedXML'],
])('an upload is not completed with %s, and stays as it was', (_claim, parts, name) =>
  withS3(newFolder(), async (bench) => {
    const id = await start(bench);
    const big = await upload(bench, id, 1, FIRST);
    const small = await upload(bench, id, 2, LAST);
    await upload(bench, id, 3, FIRST);
    await expect(complete(bench, id, parts([big, small]))).rejects.toMatchObject({ name });
    expect(bench.engine.keys(BUCKET)).toEqual([]);
    await complete(bench, id, [big, small]);
  }),
);

it('completing may be bound to there being nothing yet; of many that complete at once one wins', () =>
  withS3(newFolder(), async (bench) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => start(bench)));
    const parts = await Promise.all(ids.map((id, at) => upload(bench, id, 1, Buffer.from(`${at}`))));
    const racing = ids.map((id, at) => complete(bench, id, parts.slice(at, at + 1), { IfNoneMatch: '*' }));
    const outcomes = (await Promise.allSettled(racing)).map((one) =>
      one.status === 'fulfilled' ? 'done' : String(one.reason),
    );
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(1);
    expect(outcomes.filter((one) => one.startsWith('PreconditionFailed'))).toHaveLength(4);
  }));

it.each([0, 10_001, 1.5])('there is no part %d', (number) =>
  withS3(newFolder(), async (bench) => {
    await expect(upload(bench, await start(bench), number, LAST)).rejects.toMatchObject({ name: 'InvalidArgument' });
  }),
);

it('an upload belongs to its key, and to its kind of checksum', () =>
  withS3(newFolder(), async (bench) => {
    const UploadId = await start(bench, { ChecksumAlgorithm: 'SHA256' });
    const elsewhere = new UploadPartCommand({ ...target, Key: 'other', UploadId, PartNumber: 1, Body: 'x' });
    await expect(bench.client.send(elsewhere)).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(upload(bench, UploadId, 1, LAST)).rejects.toMatchObject({ name: 'InvalidRequest' });
    const fitting = new UploadPartCommand({
      ...target,
      UploadId,
      PartNumber: 1,
      Body: LAST,
      ChecksumAlgorithm: 'SHA256',
    });
    expect((await bench.client.send(fitting)).ChecksumSHA256).toBe(createHash('sha256').update(LAST).digest('base64'));
  }));

it('uploads and their parts are there after a restart', async () => {
  const root = newFolder();
  let [id, part]: [string, CompletedPart | null] = ['', null];
  await withS3(root, async (bench) => {
    id = await start(bench);
    part = await upload(bench, id, 1, LAST);
  });
  await withS3(root, async (bench) => {
    await complete(bench, id, part === null ? [] : [part]);
    expect(bench.engine.keys(BUCKET)).toEqual([target.Key]);
  });
});
