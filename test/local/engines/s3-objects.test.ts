import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { temporaryFolders } from './folder.ts';
import { BUCKET, get, HELLO_TAG, put, refusal, type S3Bench, withS3 } from './s3-bench.ts';
import { call, signed } from './s3-raw.ts';

const newFolder = temporaryFolders();
const Bucket = BUCKET;

const copy = ({ client }: S3Bench, CopySource: string, Key: string, input: Partial<CopyObjectCommandInput> = {}) =>
  client.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...input }));
describe('an object', () => {
  it('comes back as it was put: bytes, type, headers, metadata, checksum', () =>
    withS3(newFolder(), async (bench) => {
      const given = {
        ContentType: 'text/plain',
        CacheControl: 'max-age=60',
        ContentDisposition: 'attachment; filename="a b.txt"',
        ContentEncoding: 'identity',
        ContentLanguage: 'de',
        Metadata: { author: 'Unal', 'with-hyphen': 'x  y' },
      };
      const answer = await put(bench, 'a/b.txt', given);
      expect(answer).toMatchObject({ ETag: HELLO_TAG, ChecksumCRC32: 'NhCmhg==' });
      const found = await get(bench, 'a/b.txt');
      expect(found).toMatchObject({
        ...given,
        text: 'hello',
        ETag: HELLO_TAG,
        ContentLength: 5,
        AcceptRanges: 'bytes',
      });
      expect(found.ChecksumCRC32).toBe('NhCmhg==');
      expect(found.LastModified?.getTime()).toBe(Math.floor(bench.clock.nowMs / 1_000) * 1_000);
      const head = await bench.client.send(new HeadObjectCommand({ Bucket, Key: 'a/b.txt' }));
      expect(head).toMatchObject({ ...given, ContentLength: 5, ETag: HELLO_TAG });
    }));

  it.each<[string, string | Buffer | Readable, number]>([
    ['empty', '', 0],
    ['of several chunks', Buffer.alloc(300_001, 'x'), 300_001],
    ['streamed', Readable.from([Buffer.alloc(70_000, 'a'), Buffer.alloc(70_000, 'b')]), 140_000],
  ])('may be %s', (_claim, Body, ContentLength) =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one', { Body, ContentLength });
      const { text, ContentLength: length } = await get(bench, 'one');
      expect([text?.length, length]).toEqual([ContentLength, ContentLength]);
    }),
  );

  it('is replaced whole: nothing of the former one stays', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one', { Metadata: { a: '1' }, CacheControl: 'no-store' });
      await put(bench, 'one', { Body: 'other', ContentType: 'image/png' });
      expect(await get(bench, 'one')).toMatchObject({
        text: 'other',
        Metadata: {},
        ContentType: 'image/png',
      });
      expect((await get(bench, 'one')).CacheControl).toBeUndefined();
    }));

  it('goes, and is then not found; going twice is no error', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one');
      for (let time = 0; time < 2; time += 1) {
        await bench.client.send(new DeleteObjectCommand({ Bucket, Key: 'one' }));
        await expect(get(bench, 'one')).rejects.toEqual(refusal('NoSuchKey', 404));
      }
      await expect(bench.client.send(new HeadObjectCommand({ Bucket, Key: 'one' }))).rejects.toEqual(
        refusal('NotFound', 404),
      );
    }));

  it('is read on to its end, also when it is replaced or deleted meanwhile', () =>
    withS3(newFolder(), async (bench) => {
      const sizeBytes = 8 * 1024 * 1024;
      await put(bench, 'one', { Body: Buffer.alloc(sizeBytes, 'a') });
      const reading = await bench.client.send(new GetObjectCommand({ Bucket, Key: 'one' }));
      await put(bench, 'one', { Body: 'b' });
      await bench.client.send(new DeleteObjectCommand({ Bucket, Key: 'one' }));
      const text = await reading.Body?.transformToString();
      expect([text?.length, text?.replaceAll('a', '')]).toEqual([sizeBytes, '']);
    }));

  it('is not there while it is only half received, and a cut upload leaves the former one', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one');
      const headers = { 'content-length': '200000' };
      const raw = await signed(bench, { method: 'PUT', path: `/${Bucket}/one`, headers });
      const sending = httpRequest(`${bench.engine.url}${raw.path}`, { method: 'PUT', headers: raw.headers });
      sending.on('error', () => undefined);
      sending.write(Buffer.alloc(100_000));
      const drafts = join(bench.root, '.drafts');
      await until(() => readdirSync(drafts).length === 1);
      sending.destroy();
      await until(() => readdirSync(drafts).length === 0);
      expect((await get(bench, 'one')).text).toBe('hello');
    }));
});

describe('many objects', () => {
  it('go at once, those that are not there too; quietly on request', () =>
    withS3(newFolder(), async (bench) => {
      const keys = ['a', 'b <&> "c"', 'ä/ö', 'd\u0001e'];
      for (const Key of keys) await put(bench, Key);
      const Objects = [...keys, 'never'].map((Key) => ({ Key }));
      const answer = await bench.client.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(0, 3) } }),
      );
      expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(keys.slice(0, 3));
      expect(bench.engine.keys(Bucket)).toEqual(keys.slice(3));
      const quiet = await bench.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      expect([quiet.Deleted, quiet.Errors]).toEqual([undefined, undefined]);
    }));

  it.each([
    ['no key', '<Delete></Delete>'],
    ['more than 1,000', `<Delete>${'<Object><Key>a</Key></Object>'.repeat(1_001)}</Delete>`],
    ['no XML', 'Delete everything'],
    ['an entity of its own', '<!DOCTYPE d [<!ENTITY x "y">]><Delete><Object><Key>&x;</Key></Object></Delete>'],
    ['an element that does not end', '<Delete><Object><Key>a</Key></Object>'],
  ])('cannot go with %s', (_claim, body) =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'a');
      const headers = { 'content-md5': md5Of(body) };
      const answer = await call(bench, { method: 'POST', path: `/${Bucket}`, query: { delete: '' }, headers, body });
      expect([answer.status, answer.code]).toEqual([400, 'MalformedXML']);
      expect(bench.engine.keys(Bucket)).toEqual(['a']);
    }),
  );

  it('do not go by a list that nothing vouches for', () =>
    withS3(newFolder(), async (bench) => {
      const body = '<Delete><Object><Key>a</Key></Object></Delete>';
      const answer = await call(bench, { method: 'POST', path: `/${Bucket}`, query: { delete: '' }, body });
      expect([answer.status, answer.code]).toEqual([400, 'InvalidRequest']);
      const headers = { 'content-md5': md5Of('another list') };
      const wrong = await call(bench, { method: 'POST', path: `/${Bucket}`, query: { delete: '' }, headers, body });
      expect([wrong.status, wrong.code]).toEqual([400, 'BadDigest']);
    }));
});

it('a read may give other headers than were put', () =>
  withS3(newFolder(), async (bench) => {
    await put(bench, 'one', { ContentType: 'text/plain' });
    const other = {
      ContentType: 'text/csv',
      ContentDisposition: 'attachment; filename="ä.csv"',
      CacheControl: 'no-store',
    };
    const answer = await get(bench, 'one', {
      ResponseContentType: other.ContentType,
      ResponseContentDisposition: 'attachment; filename="a.csv"\r\nx-evil: 1',
      ResponseCacheControl: other.CacheControl,
    });
    expect(answer).toMatchObject({ ContentType: 'text/csv', CacheControl: 'no-store' });
    expect(answer.ContentDisposition).toBe('attachment; filename="a.csv"  x-evil: 1');
  }));

describe('a copy', () => {
  it('takes bytes and headers along, or other headers', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'ä/b +c.txt', { ContentType: 'text/plain', Metadata: { a: '1' } });
      const source = `${Bucket}/${encodeURIComponent('ä/b +c.txt')}`;
      const answer = await copy(bench, source, 'same');
      expect(answer.CopyObjectResult).toMatchObject({ ETag: HELLO_TAG, ChecksumCRC32: 'NhCmhg==' });
      expect(await get(bench, 'same')).toMatchObject({
        text: 'hello',
        ContentType: 'text/plain',
        Metadata: { a: '1' },
      });
      await copy(bench, `/${source}`, 'other', {
        MetadataDirective: 'REPLACE',
        ContentType: 'x/y',
        ChecksumAlgorithm: 'SHA256',
      });
      const other = await get(bench, 'other', { ChecksumMode: 'ENABLED' });
      expect(other).toMatchObject({ text: 'hello', ContentType: 'x/y', Metadata: {} });
      expect(other.ChecksumSHA256).toBe('LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=');
    }));

  it('onto itself must change something', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one', { Metadata: { a: '1' } });
      await expect(copy(bench, `${Bucket}/one`, 'one')).rejects.toEqual(refusal('InvalidRequest', 400));
      await copy(bench, `${Bucket}/one`, 'one', { MetadataDirective: 'REPLACE', Metadata: { a: '2' } });
      expect(await get(bench, 'one')).toMatchObject({ text: 'hello', Metadata: { a: '2' } });
    }));

  it('goes between buckets, on conditions', () =>
    withS3(
      newFolder(),
      async (bench) => {
        await put(bench, 'one');
        await copy(bench, `${Bucket}/one`, 'one', { Bucket: 'other', CopySourceIfMatch: HELLO_TAG });
        expect(bench.engine.keys('other')).toEqual(['one']);
        for (const condition of [{ CopySourceIfMatch: '"x"' }, { CopySourceIfNoneMatch: HELLO_TAG }]) {
          const refused = copy(bench, `${Bucket}/one`, 'two', condition);
          await expect(refused).rejects.toEqual(refusal('PreconditionFailed', 412));
        }
        await expect(copy(bench, `${Bucket}/none`, 'two')).rejects.toEqual(refusal('NoSuchKey', 404));
        await expect(copy(bench, 'nowhere/one', 'two')).rejects.toEqual(refusal('NoSuchBucket', 404));
        expect(bench.engine.keys(Bucket)).toEqual(['one']);
      },
      { buckets: [{}, { name: 'other' }] },
    ));
});

describe('what S3 would not take', () => {
  it.each<[claim: string, input: Partial<PutObjectCommandInput>, name: string]>([
    ['metadata over 2 KB', { Metadata: { a: 'x'.repeat(2_048) } }, 'MetadataTooLarge'],
    ['a key over 1,024 bytes', { Key: 'ä'.repeat(513) }, 'KeyTooLongError'],
    ['an ACL for everybody', { ACL: 'public-read' }, 'AccessControlListNotSupported'],
    ['a bucket that no template has', { Bucket: 'nowhere' }, 'NoSuchBucket'],
    ['tags, which the laptop does not play', { Tagging: 'a=b' }, 'NotImplemented'],
  ])('%s', (_claim, input, name) =>
    withS3(newFolder(), async (bench) => {
      await expect(put(bench, 'one', input)).rejects.toEqual(refusal(name));
      expect(bench.engine.keys(Bucket)).toEqual([]);
    }),
  );

  it.each([
    ['GET', `/${Bucket}`, {}, 501, 'NotImplemented'],
    ['GET', `/${Bucket}/one`, { acl: '' }, 501, 'NotImplemented'],
    ['GET', `/${Bucket}/one`, { versionId: 'x' }, 501, 'NotImplemented'],
    ['PUT', '/new-bucket', {}, 501, 'NotImplemented'],
    ['PATCH', `/${Bucket}/one`, {}, 405, 'MethodNotAllowed'],
    ['POST', `/${Bucket}/one`, {}, 405, 'MethodNotAllowed'],
    ['GET', `/${Bucket}/%E0%A4%A`, {}, 400, 'InvalidURI'],
  ])('%s %s %j', (method, path, query, status, code) =>
    withS3(newFolder(), async (bench) => {
      const answer = await call(bench, { method, path, query });
      expect([answer.status, answer.code]).toEqual([status, code]);
    }),
  );
});

it('an error is the XML that S3 answers, HEAD only its status', () =>
  withS3(newFolder(), async (bench) => {
    const answer = await call(bench, { path: `/${Bucket}/a%26b` });
    expect(answer.headers['content-type']).toBe('application/xml');
    expect(answer.body.replace(/<RequestId>[0-9A-F]{16}</, '<RequestId>ID<')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>' +
        '<Message>The specified key does not exist.</Message><Key>a&amp;b</Key>' +
        `<Resource>/${Bucket}/a%26b</Resource><RequestId>ID</RequestId></Error>`,
    );
    expect(answer.headers['x-amz-request-id']).toMatch(/^[0-9A-F]{16}$/);
    expect(await call(bench, { method: 'HEAD', path: `/${Bucket}/none` })).toMatchObject({ status: 404, body: '' });
  }));

it('a bucket answers whether it is there', () =>
  withS3(newFolder(), async ({ client }) => {
    expect(await client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'us-east-1' });
    await expect(client.send(new HeadBucketCommand({ Bucket: 'nowhere' }))).rejects.toEqual(refusal('NotFound', 404));
  }));

function md5Of(body: string): string {
  return createHash('md5').update(body).digest('base64');
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 200) throw new Error('It never came to be.');
    await sleep(10);
  }
}
