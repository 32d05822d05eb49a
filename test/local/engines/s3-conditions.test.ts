import { DeleteObjectCommand, type GetObjectCommandInput } from '@aws-sdk/client-s3';
import { temporaryFolders } from './folder.ts';
import { BUCKET, get, HELLO_TAG, put, refusal, withS3 } from './s3-bench.ts';
import { call } from './s3-raw.ts';

const newFolder = temporaryFolders();

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
      const answer = await call(bench, { path: `/${BUCKET}/one`, headers: { 'if-none-match': HELLO_TAG } });
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
      const answer = await call(bench, { path: `/${BUCKET}/one`, headers: { range } });
      expect([answer.status, answer.code]).toEqual([416, 'InvalidRange']);
      expect(answer.body).toContain('<ActualObjectSize>5</ActualObjectSize>');
    }),
  );
});

describe('a condition on writing', () => {
  it('only where nothing is: the second of two is told so, also of a hundred at once', () =>
    withS3(newFolder(), async (bench) => {
      await put(bench, 'one', { IfNoneMatch: '*' });
      await expect(put(bench, 'one', { Body: 'x', IfNoneMatch: '*' })).rejects.toEqual(
        refusal('PreconditionFailed', 412),
      );
      expect((await get(bench, 'one')).text).toBe('hello');
      const racing = Array.from({ length: 100 }, (_, at) => put(bench, 'raced', { Body: `${at}`, IfNoneMatch: '*' }));
      const outcomes = await Promise.allSettled(racing);
      const winners = outcomes.flatMap(({ status }, at) => (status === 'fulfilled' ? [`${at}`] : []));
      expect(winners).toEqual([(await get(bench, 'raced')).text]);
    }));

  it('only where this very object is', () =>
    withS3(newFolder(), async (bench) => {
      await expect(put(bench, 'one', { IfMatch: HELLO_TAG })).rejects.toEqual(refusal('NoSuchKey', 404));
      await put(bench, 'one');
      await put(bench, 'one', { Body: 'next', IfMatch: HELLO_TAG });
      await expect(put(bench, 'one', { IfMatch: HELLO_TAG })).rejects.toEqual(refusal('PreconditionFailed', 412));
      expect((await get(bench, 'one')).text).toBe('next');
      const removing = bench.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'one', IfMatch: HELLO_TAG }));
      await expect(removing).rejects.toEqual(refusal('PreconditionFailed', 412));
    }));

  it('that S3 does not know is refused', () =>
    withS3(newFolder(), async (bench) => {
      await expect(put(bench, 'one', { IfNoneMatch: HELLO_TAG })).rejects.toEqual(refusal('NotImplemented', 501));
    }));
});
