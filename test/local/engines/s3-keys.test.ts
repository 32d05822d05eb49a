import { existsSync, globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { temporaryFolders } from './folder.ts';
import { BUCKET, withS3 } from './s3-bench.ts';
import { call } from './s3-raw.ts';

const newFolder = temporaryFolders();

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

it('keys of the lake are paths that a glob finds, and only objects are below the bucket', () =>
  withS3(newFolder(), async ({ engine, root }) => {
    const keys = ['clicks/dt=2026-03-12/hr=04/part-0.parquet', 'clicks/dt=2026-03-12/hr=05/part-1.parquet'];
    for (const key of keys) await engine.put(BUCKET, key, Buffer.from(key));
    const found = globSync('clicks/dt=*/hr=*/*.parquet', { cwd: join(root, BUCKET) }).toSorted();
    expect(found).toEqual(keys);
    expect(readFileSync(join(root, BUCKET, keys[0] ?? ''), 'utf8')).toBe(keys[0]);
    expect(filesBelow(join(root, BUCKET)).toSorted()).toEqual(keys);
  }));

it.each([
  ['the folder above', '../../outside'],
  ['the folder above, inside', 'a/../../../outside'],
  ['the bucket itself', '.'],
  ['the folder above itself', '..'],
  ['an absolute path', '/etc/outside'],
  ['a NUL', 'a\u0000b'],
  ['a slash at the end', 'folder/'],
  ['only slashes', '///'],
  ['a backslash', '..\\outside'],
  ['a line break', 'a\nb'],
  ['1,024 bytes', `${'x'.repeat(1_023)}y`],
  ['1,024 bytes of folders', 'x/'.repeat(512)],
  ['another bucket', '../other/one'],
  ['our drafts', '../.drafts/one'],
  ['our index', '../.index.db'],
  ['a hidden file', '.index.db'],
  ['a device of Windows', 'CON:'],
  ['escapes', '%2e%2e%2foutside'],
])('a key like %s is a name and no path', (_claim, key) =>
  withS3(join(newFolder(), 'data', 's3'), async (bench) => {
    const { root, engine } = bench;
    const above = dirname(dirname(root));
    await engine.put(BUCKET, 'plain', Buffer.from('plain'));
    const before = filesBelow(above).filter((file) => !file.includes('.parked'));
    const path = `/${BUCKET}/${key.split('/').map(encodeURIComponent).join('/')}`;
    const put = await call(bench, { method: 'PUT', path, body: 'hello', headers: { 'content-length': '5' } });
    expect(put.status).toBe(200);
    expect(filesBelow(above).filter((file) => !file.includes('.parked'))).toEqual(before);
    expect(filesBelow(join(root, '.parked', BUCKET))).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect((await call(bench, { path })).body).toBe('hello');
    expect(engine.keys(BUCKET)).toContain(key);
    expect((await call(bench, { method: 'DELETE', path })).status).toBe(204);
    expect(filesBelow(join(root, '.parked'))).toEqual([]);
    expect((await call(bench, { path })).code).toBe('NoSuchKey');
  }),
);

it('dots in a path stay where they are: nothing is found by a way around', () =>
  withS3(newFolder(), async (bench) => {
    await bench.engine.put(BUCKET, 'one', Buffer.from('hello'));
    for (const path of [`/${BUCKET}/./one`, `/${BUCKET}/a/../one`, `/other/../${BUCKET}/one`, `//${BUCKET}/one`]) {
      expect((await call(bench, { path })).code).toMatch(/^NoSuch(Key|Bucket)$/);
    }
  }));

it('a file and a folder of one name are two objects, whichever comes first', () =>
  withS3(newFolder(), async ({ engine, root }) => {
    const bodies = new Map([
      ['a', '1'],
      ['a/b', '2'],
      ['c/d', '3'],
      ['c', '4'],
    ]);
    for (const [key, body] of bodies) await engine.put(BUCKET, key, Buffer.from(body));
    expect(engine.keys(BUCKET)).toEqual(['a', 'a/b', 'c', 'c/d']);
    expect(filesBelow(join(root, BUCKET)).toSorted()).toEqual(['a', 'c/d']);
  }));

it('a file that somebody else left there is not overwritten and not an object', () =>
  withS3(newFolder(), async ({ engine, root }) => {
    await engine.put(BUCKET, 'first', Buffer.from('1'));
    writeFileSync(join(root, BUCKET, 'foreign'), 'mine');
    await engine.put(BUCKET, 'foreign', Buffer.from('theirs'));
    expect(readFileSync(join(root, BUCKET, 'foreign'), 'utf8')).toBe('mine');
    expect(engine.keys(BUCKET)).toEqual(['first', 'foreign']);
  }));

it('folders go with their last object', () =>
  withS3(newFolder(), async (bench) => {
    await bench.engine.put(BUCKET, 'a/b/c', Buffer.from('1'));
    await bench.engine.put(BUCKET, 'a/d', Buffer.from('2'));
    await call(bench, { method: 'DELETE', path: `/${BUCKET}/a/b/c` });
    expect([existsSync(join(bench.root, BUCKET, 'a/b')), existsSync(join(bench.root, BUCKET, 'a/d'))]).toEqual([
      false,
      true,
    ]);
  }));

it('nothing is opened before the first request', () =>
  withS3(join(newFolder(), 's3'), async ({ root }) => {
    expect(existsSync(root)).toBe(false);
  }));
