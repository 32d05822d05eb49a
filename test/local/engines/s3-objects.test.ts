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
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';
import { call, signed } from './s3-raw.ts';

const newFolder = temporaryFolders();
const Bucket = BUCKET;
const HELLO_TAG = '"5d41402abc4b2a76b9719d911017c592"';

const put = ({ client }: S3Bench, Key: string, input: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: 'hello', ...input }));
const get = async ({ client }: S3Bench, Key: string, input: Partial<GetObjectCommandInput> = {}) => {
  const answer = await client.send(new GetObjectCommand({ Bucket, Key, ...input }));
  return { ...answer, text: await answer.Body?.transformToString() };
};
const copy = ({ client }: S3Bench, CopySource: string, Key: string, input: Partial<CopyObjectCommandInput> = {}) =>
  client.send(new CopyObjectCommand({ Bucket, Key, CopySource, ...input }));
const error = (name: string, status?: number) =>
  expect.objectContaining({
    name,
    ...(status !== undefined && { $metadata: expect.objectContaining({ httpStatusCode: status }) as unknown }),
  }) as unknown;

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
        await expect(get(bench, 'one')).rejects.toEqual(error('NoSuchKey', 404));
      }
      await expect(bench.client.send(new HeadObjectCommand({ Bucket, Key: 'one' }))).rejects.toEqual(
        error('NotFound', 404),
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

describe('a condition on reading', () => {
  const past = new Date(Date.now() - 3_600_000);
  const future = new Date(Date.now() + 3_600_000);
  it.each<[claim: string, input: Partial<GetObjectCommandInput>, outcome: string]>([
    ['the same tag', { IfMatch: HELLO_TAG }, 'hello'],
    ['another tag', { IfMatch: '"x"' }, 'PreconditionFailed'],
    ['none of the same tag', { IfNoneMatch: HELLO_TAG }, '304'],
    ['none of another tag', { IfNoneMatch: '"x"' }, 'hello'],
    ['one of several tags', { IfNoneMatch: `"x", ${HELLO_TAG}` }, '304'],
    ['changed since the past', { IfModifiedSince: past }, 'hello'],
    ['changed since the future', { IfModifiedSince: future }, '304'],
    ['unchanged since the past', { IfUnmodifiedSince: past }, 'PreconditionFailed'],
    ['unchanged since the future', { IfUnmodifiedSince: future }, 'hello'],
    ['the same tag, though changed since', { IfMatch: HELLO_TAG, IfUnmodifiedSince: past }, 'hello'],
    ['none of the same tag, though changed since', { IfNoneMatch: HELLO_TAG, IfModifiedSince: past }, '304'],
    ['none of another tag, though unchanged', { IfNoneMatch: '"x"', IfModifiedSince: future }, 'hello'],
  ])('%s', (_claim, input, outcome) =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one');
      const outcomeOf = async (): Promise<string | undefined> => {
        try {
          return (await get(bench, 'one', input)).text;
        } catch (thrown) {
          const { name, $metadata } = thrown as { name: string; $metadata: { httpStatusCode: number } };
          return $metadata.httpStatusCode === 304 ? '304' : name;
        }
      };
      expect(await outcomeOf()).toBe(outcome);
    }),
  );

  it('that is not met tells the validators with 304', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one');
      const answer = await call(bench, { path: `/${Bucket}/one`, headers: { 'if-none-match': HELLO_TAG } });
      expect(answer).toMatchObject({ status: 304, body: '', headers: { etag: HELLO_TAG } });
      expect(answer.headers['last-modified']).toBeDefined();
    }));
});

describe('a range', () => {
  it.each([
    ['bytes=0-0', 'h', 'bytes 0-0/5'],
    ['bytes=1-3', 'ell', 'bytes 1-3/5'],
    ['bytes=3-', 'lo', 'bytes 3-4/5'],
    ['bytes=3-99', 'lo', 'bytes 3-4/5'],
    ['bytes=-2', 'lo', 'bytes 3-4/5'],
    ['bytes=-99', 'hello', 'bytes 0-4/5'],
    ['bytes=3-1', 'hello', undefined],
    ['bytes=0-1,3-4', 'hello', undefined],
    ['lines=0-1', 'hello', undefined],
  ])('%s is %s', (Range, text, ContentRange) =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one');
      const answer = await get(bench, 'one', { Range });
      expect(answer).toMatchObject({ text, ContentLength: text.length });
      expect(answer.ContentRange).toBe(ContentRange);
      expect(answer.$metadata.httpStatusCode).toBe(ContentRange === undefined ? 200 : 206);
    }),
  );

  it.each(['bytes=5-', 'bytes=-0', 'bytes=99-100'])('%s is outside', (range) =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one');
      const answer = await call(bench, { path: `/${Bucket}/one`, headers: { range } });
      expect([answer.status, answer.code]).toEqual([416, 'InvalidRange']);
      expect(answer.body).toContain('<ActualObjectSize>5</ActualObjectSize>');
    }),
  );
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

describe('a condition on writing', () => {
  it('only where nothing is: the second of two is told so, also of a hundred at once', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one', { IfNoneMatch: '*' });
      await expect(put(bench, 'one', { Body: 'x', IfNoneMatch: '*' })).rejects.toEqual(
        error('PreconditionFailed', 412),
      );
      expect((await get(bench, 'one')).text).toBe('hello');
      const racing = Array.from({ length: 100 }, (_, at) => put(bench, 'raced', { Body: `${at}`, IfNoneMatch: '*' }));
      const outcomes = await Promise.allSettled(racing);
      const winners = outcomes.flatMap(({ status }, at) => (status === 'fulfilled' ? [`${at}`] : []));
      expect(winners).toEqual([(await get(bench, 'raced')).text]);
    }));

  it('only where this very object is', () =>
    withS3(newFolder(), async (bench) => {
      await expect(put(bench, 'one', { IfMatch: HELLO_TAG })).rejects.toEqual(error('NoSuchKey', 404));
      await put(bench, 'one');
      await put(bench, 'one', { Body: 'next', IfMatch: HELLO_TAG });
      await expect(put(bench, 'one', { IfMatch: HELLO_TAG })).rejects.toEqual(error('PreconditionFailed', 412));
      expect((await get(bench, 'one')).text).toBe('next');
      const removing = bench.client.send(new DeleteObjectCommand({ Bucket, Key: 'one', IfMatch: HELLO_TAG }));
      await expect(removing).rejects.toEqual(error('PreconditionFailed', 412));
    }));

  it('that S3 does not know is refused', () =>
    withS3(newFolder(), async (bench) => {
      await expect(put(bench, 'one', { IfNoneMatch: HELLO_TAG })).rejects.toEqual(error('NotImplemented', 501));
    }));
});

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
      await expect(copy(bench, `${Bucket}/one`, 'one')).rejects.toEqual(error('InvalidRequest', 400));
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
          await expect(refused).rejects.toEqual(error('PreconditionFailed', 412));
        }
        await expect(copy(bench, `${Bucket}/none`, 'two')).rejects.toEqual(error('NoSuchKey', 404));
        await expect(copy(bench, 'nowhere/one', 'two')).rejects.toEqual(error('NoSuchBucket', 404));
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
      await expect(put(bench, 'one', input)).rejects.toEqual(error(name));
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
    await expect(client.send(new HeadBucketCommand({ Bucket: 'nowhere' }))).rejects.toEqual(error('NotFound', 404));
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
