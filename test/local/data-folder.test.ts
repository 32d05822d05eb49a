import fs, { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder, openEphemeralFolder, resetDataFolder } from '../../local/data-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'signpost-folders-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder with these files in it. */
function folderWith(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

describe('the data folder', () => {
  test('is made where there is none, and opens again', () => {
    const path = join(root, 'new', 'deep');
    openDataFolder(path).close();
    const again = openDataFolder(path);
    expect([again.path, again.engineDir('kinesis')]).toEqual([path, join(path, 'kinesis')]);
    again.close();
  });

  test('may hold a cache before it holds data', () => {
    const path = folderWith('cache-only', {});
    mkdirSync(join(path, 'cache'));
    openDataFolder(path).close();
    expect(existsSync(join(path, 'format.json'))).toBe(true);
  });

  test('is held by one process at a time', () => {
    const path = join(root, 'held');
    const first = openDataFolder(path);
    expect(() => openDataFolder(path)).toThrow(/Another Signpost is using .*held/);
    first.close();
    openDataFolder(path).close();
  });

  test.each<[claim: string, files: Readonly<Record<string, string>>, message: RegExp]>([
    [
      'of a newer Signpost',
      { 'format.json': '{"format": 99}', 'demo.json': '{}' },
      /written by a newer Signpost \(format 99/,
    ],
    ['with a damaged format file', { 'format.json': '{"form' }, /is damaged .*--reset/],
    ['of somebody else', { 'thesis.docx': 'years of work' }, /not Signpost's/],
  ])('%s is refused, and nothing in it is changed', (claim, files, message) => {
    const path = folderWith(claim, files);
    expect(() => openDataFolder(path)).toThrow(message);
    expect(readdirSync(path).filter((name) => !name.startsWith('lock'))).toEqual(Object.keys(files).sort());
  });

  test('of a former Signpost is taken over, and says so to former ones', () => {
    const path = folderWith('former', { 'format.json': '{"format": 1}', 'demo.json': '{}' });
    openDataFolder(path).close();
    expect(readFileSync(join(path, 'format.json'), 'utf8')).toBe('{"format":2}\n');
  });

  test('cannot be a file', () => {
    const path = join(folderWith('parent', { file: '' }), 'file');
    expect(() => openDataFolder(path)).toThrow(/is a file; move it away/);
  });

  test('reset deletes data but not the cache, also where the format is broken', () => {
    const path = folderWith('reset', { 'format.json': '{"form', 'demo.json': '{}' });
    mkdirSync(join(path, 'cache'));
    resetDataFolder(path);
    expect(readdirSync(path).filter((name) => !name.startsWith('lock'))).toEqual(['cache']);
    openDataFolder(path).close();
  });

  test('a reset that is cut short can be begun again', () => {
    const path = folderWith('cut-short', { 'demo.json': '{}', 'format.json': '{"format": 2}', kinesis: '' });
    const { rmSync: remove } = fs;
    const cut = jest.spyOn(fs, 'rmSync').mockImplementation((one, options) => {
      if (String(one).endsWith('kinesis')) throw new Error('killed');
      remove(one, options);
    });
    expect(() => resetDataFolder(path)).toThrow('killed');
    cut.mockRestore();
    resetDataFolder(path);
    openDataFolder(path).close();
  });

  test('reset leaves alone what is not ours and what is in use', () => {
    const foreign = folderWith('foreign', { 'thesis.docx': 'years of work' });
    expect(() => resetDataFolder(foreign)).toThrow(/not Signpost's/);
    const path = join(root, 'in-use');
    const held = openDataFolder(path);
    expect(() => resetDataFolder(path)).toThrow(/Another Signpost/);
    held.close();
    expect(existsSync(join(foreign, 'thesis.docx')) && existsSync(join(path, 'format.json'))).toBe(true);
  });

  test('an ephemeral folder is gone afterwards', () => {
    const folder = openEphemeralFolder();
    expect([existsSync(folder.path), folder.engineDir('dynamodb'), folder.checkpointsPath]).toEqual([
      true,
      undefined,
      null,
    ]);
    folder.close();
    expect(existsSync(folder.path)).toBe(false);
  });
});
