import { ListObjectsV2Command, type ListObjectsV2CommandInput, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';
import { call } from './s3-raw.ts';

const newFolder = temporaryFolders();
const Bucket = BUCKET;

/** In the order of UTF-8; UTF-16 would put the last two the other way round. */
const KEYS = ['!', 'A', 'a', 'a-', 'a/b', 'a/c/d', 'a/c/e', 'a0', 'b//c', 'ä', '\uffee', '\u{1f600}'];

const listed = async ({ client }: S3Bench, input: Partial<ListObjectsV2CommandInput> = {}) => {
  const pages: string[][] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket, ...input })) {
    pages.push([
      ...(page.Contents ?? []).map(({ Key }) => Key ?? ''),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}…`),
    ]);
  }
  return pages;
};

const filled = (use: (bench: S3Bench) => Promise<void>) =>
  withS3(newFolder(), async (bench) => {
    for (const key of KEYS.toReversed()) await bench.engine.put(Bucket, key, Buffer.from(key));
    await use(bench);
  });

it.each<[claim: string, input: Partial<ListObjectsV2CommandInput>, pages: string[][]]>([
  ['everything, in the order of UTF-8', {}, [KEYS]],
  ['pages', { MaxKeys: 5 }, [KEYS.slice(0, 5), KEYS.slice(5, 10), KEYS.slice(10)]],
  ['exactly one page', { MaxKeys: KEYS.length }, [KEYS]],
  ['a prefix', { Prefix: 'a/' }, [['a/b', 'a/c/d', 'a/c/e']]],
  ['a prefix that is a key', { Prefix: 'a' }, [['a', 'a-', 'a/b', 'a/c/d', 'a/c/e', 'a0']]],
  ['a prefix nothing has', { Prefix: 'zz' }, [[]]],
  ['folders', { Delimiter: '/' }, [['!', 'A', 'a', 'a-', 'a0', 'ä', '\uffee', '\u{1f600}', 'a/…', 'b/…']]],
  ['a folder', { Delimiter: '/', Prefix: 'a/' }, [['a/b', 'a/c/…']]],
  ['a folder without a name', { Delimiter: '/', Prefix: 'b/' }, [['b//…']]],
  [
    'a longer delimiter',
    { Delimiter: '/c' },
    [['!', 'A', 'a', 'a-', 'a/b', 'a0', 'ä', '\uffee', '\u{1f600}', 'a/c…', 'b//c…']],
  ],
  [
    'pages of folders',
    { Delimiter: '/', MaxKeys: 5 },
    [['!', 'A', 'a', 'a-', 'a/…'], ['a0', 'ä', '\uffee', '\u{1f600}', 'b/…'].toSorted(), []].slice(0, 2),
  ],
  ['what is behind a key', { StartAfter: 'a0' }, [['b//c', 'ä', '\uffee', '\u{1f600}']]],
  ['what is behind no key', { StartAfter: 'a1', Prefix: 'b' }, [['b//c']]],
  ['folders behind a key inside one', { StartAfter: 'a/c/d', Delimiter: '/', Prefix: 'a' }, [['a0', 'a/…']]],
  ['nothing behind the end', { StartAfter: '\u{1f601}' }, [[]]],
])('lists %s', (_claim, input, pages) =>
  filled(async (bench) => {
    const found = await listed(bench, input);
    expect(found.map((page) => page.toSorted())).toEqual(pages.map((page) => page.toSorted()));
    if (input.Delimiter === undefined) expect(found).toEqual(pages);
  }),
);

it('each object has its size, tag, time and checksum', () =>
  filled(async (bench) => {
    const { Contents, KeyCount, IsTruncated } = await bench.client.send(
      new ListObjectsV2Command({ Bucket, Prefix: 'A' }),
    );
    expect([KeyCount, IsTruncated]).toEqual([1, false]);
    expect(Contents).toEqual([
      {
        Key: 'A',
        Size: 1,
        ETag: '"7fc56270e7a70fa81a5935b72eacbe29"',
        LastModified: new Date(bench.clock.nowMs),
        StorageClass: 'STANDARD',
      },
    ]);
  }));

it('keys that XML cannot hold are encoded on request, as forms are', () =>
  withS3(newFolder(), async (bench) => {
    await bench.engine.put(Bucket, "a b/\u0001+ä'~*", Buffer.alloc(0));
    const answer = await bench.client.send(
      new ListObjectsV2Command({ Bucket, EncodingType: 'url', Prefix: 'a b/', Delimiter: '+' }),
    );
    expect(answer).toMatchObject({ EncodingType: 'url', Prefix: 'a+b/', Delimiter: '%2B' });
    expect(answer.CommonPrefixes).toEqual([{ Prefix: 'a+b/%01%2B' }]);
    const whole = await bench.client.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    expect(whole.Contents?.[0]?.Key).toBe('a+b/%01%2B%C3%A4%27%7E*');
  }));

it.each<[Record<string, string>, string]>([
  [{ 'max-keys': '-1' }, 'InvalidArgument'],
  [{ 'max-keys': 'ten' }, 'InvalidArgument'],
  [{ 'continuation-token': 'bogus' }, 'InvalidArgument'],
  [{ 'encoding-type': 'base64' }, 'InvalidArgument'],
])('%j is refused', (query, code) =>
  filled(async (bench) => {
    const answer = await call(bench, { path: `/${Bucket}`, query: { 'list-type': '2', ...query } });
    expect([answer.status, answer.code]).toEqual([400, code]);
  }),
);

it('no keys may be asked for, and more than 1,000 are 1,000', () =>
  filled(async (bench) => {
    expect(await listed(bench, { MaxKeys: 0 })).toEqual([[]]);
    const answer = await bench.client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 5_000 }));
    expect(answer.MaxKeys).toBe(1_000);
  }));
