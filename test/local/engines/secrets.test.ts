import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openSecrets } from '../../../local/engines/secrets.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();

it('a secret is made once and is the same ever after, also for the next process', () => {
  const dataDir = newFolder();
  const first = openSecrets({ dataDir });
  const value = first.valueOf('OriginSecret', { length: 40, excludePunctuation: true });
  expect(value).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(first.valueOf('OriginSecret', { length: 12 })).toBe(value);
  const other = first.valueOf('Other', { length: 40 });
  expect(other).not.toBe(value);

  const second = openSecrets({ dataDir });
  expect([second.valueOf('OriginSecret', { length: 40 }), second.valueOf('Other', { length: 40 })]).toEqual([
    value,
    other,
  ]);
});

it('secrets are readable by their owner only, and no draft stays behind', () => {
  const dataDir = join(newFolder(), 'not-there-yet');
  openSecrets({ dataDir }).valueOf('OriginSecret', { length: 40 });
  expect(readdirSync(dataDir)).toEqual(['secrets.json']);
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
});

it('characters can be excluded, but not all of them', () => {
  const secrets = openSecrets();
  expect(secrets.valueOf('Digits', { length: 500, exclude: '0' })).not.toContain('0');
  expect(secrets.valueOf('Rich', { length: 500 })).toMatch(/[!-/]/);
  const everything = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
  expect(() => secrets.valueOf('None', { length: 8, exclude: everything })).toThrow(/excludes every character/);
});

it('a name from any object prototype is a name like others', () => {
  const secrets = openSecrets({ dataDir: newFolder() });
  expect(secrets.valueOf('constructor', { length: 20 })).toHaveLength(20);
});
