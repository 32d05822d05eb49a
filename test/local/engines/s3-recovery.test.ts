import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openObjectIndex } from '../../../local/engines/s3-index.ts';
import { temporaryFolders } from './folder.ts';
import { BUCKET, withS3 } from './s3-bench.ts';

const newFolder = temporaryFolders();
const record = { isParked: false, sizeBytes: 3, eTag: 'x', modifiedAtMs: 0, headers: {}, checksum: null };

/** What a process leaves that dies between two of its steps. */
function leftBehind(work: (index: ReturnType<typeof openObjectIndex>, root: string) => void): string {
  const root = newFolder();
  for (const folder of ['.drafts', BUCKET]) mkdirSync(join(root, folder), { recursive: true });
  const index = openObjectIndex(join(root, '.index.db'), true);
  work(index, root);
  index.close();
  return root;
}

it('an object that was promised but not moved is moved, over the former one', () => {
  const root = leftBehind((index, folder) => {
    writeFileSync(join(folder, '.drafts', 'd1'), 'new');
    writeFileSync(join(folder, BUCKET, 'one'), 'old');
    index.put(BUCKET, { ...record, key: 'one', draft: 'd1' });
    writeFileSync(join(folder, '.drafts', 'd2'), 'new');
    index.put(BUCKET, { ...record, key: '../two', draft: 'd2', isParked: true });
  });
  return withS3(root, async ({ engine }) => {
    expect(engine.keys(BUCKET)).toEqual(['../two', 'one']);
    expect(readFileSync(join(root, BUCKET, 'one'), 'utf8')).toBe('new');
    expect([readdirSync(join(root, '.parked', BUCKET)).length, readdirSync(join(root, '.drafts'))]).toEqual([1, []]);
  });
});

it('a draft that nothing promised goes, one that is a part stays', () => {
  const root = leftBehind((index, folder) => {
    for (const name of ['stray', 'part']) writeFileSync(join(folder, '.drafts', name), 'abc');
    index.addUpload({ id: 'u', bucket: BUCKET, key: 'one', headers: {}, algorithm: null, startedAtMs: 0 });
    index.putPart('u', { number: 1, draft: 'part', sizeBytes: 3, eTag: 'x', modifiedAtMs: 0, checksum: null });
  });
  return withS3(root, async ({ engine }) => {
    expect([engine.keys(BUCKET), readdirSync(join(root, '.drafts'))]).toEqual([[], ['part']]);
  });
});

it('the file of an object that was deleted goes, unless there is a new one', () => {
  const root = leftBehind((index, folder) => {
    for (const key of ['gone', 'back']) {
      writeFileSync(join(folder, BUCKET, key), 'abc');
      index.put(BUCKET, { ...record, key, draft: key });
      index.remove(BUCKET, { ...record, key, draft: key });
    }
    index.put(BUCKET, { ...record, key: 'back', draft: 'again' });
  });
  return withS3(root, async ({ engine }) => {
    expect([engine.keys(BUCKET), readdirSync(join(root, BUCKET))]).toEqual([['back'], ['back']]);
  });
});
