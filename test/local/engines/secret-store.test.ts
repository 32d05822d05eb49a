import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSecret } from '../../../local/engines/generated-secret.ts';
import { currentValue, putVersion } from '../../../local/engines/secret.ts';
import { openSecretStore } from '../../../local/engines/secret-store.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const notAgain = (): string => {
  throw new Error('There is a value already.');
};

describe('the secret store', () => {
  it('makes a secret once and has it ever after, also in the next process', () => {
    const dataDir = newFolder();
    const first = openSecretStore({ dataDir });
    first.ensure('OriginSecret', () => 'first value');
    expect(currentValue(first.ensure('OriginSecret', notAgain))).toBe('first value');
    expect(currentValue(openSecretStore({ dataDir }).ensure('OriginSecret', notAgain))).toBe('first value');
  });

  it('has every version that was put, in the next process', () => {
    const dataDir = newFolder();
    const store = openSecretStore({ dataDir });
    const secret = store.ensure('Keys', () => 'one');
    store.put(putVersion(secret, { id: 'v'.repeat(32), value: 'two', stages: null }, 1));
    expect(openSecretStore({ dataDir }).get('Keys')).toEqual(store.get('Keys'));
  });

  it('reads the files of former Signposts, which held values only', () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'secrets.json'), '{"OriginSecret": "from before"}');
    expect(currentValue(openSecretStore({ dataDir }).ensure('OriginSecret', notAgain))).toBe('from before');
  });

  it('is readable by its owner only, and no draft stays behind', () => {
    const dataDir = join(newFolder(), 'not-there-yet');
    openSecretStore({ dataDir }).ensure('OriginSecret', () => 'value');
    expect(readdirSync(dataDir)).toEqual(['secrets.json']);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('knows a name from any object prototype as one like others', () => {
    const dataDir = newFolder();
    expect(openSecretStore({ dataDir }).get('constructor')).toBeUndefined();
    openSecretStore({ dataDir }).ensure('constructor', () => 'value');
    expect(openSecretStore({ dataDir }).get('constructor')?.versions).toHaveLength(1);
  });
});

describe('a generated secret', () => {
  it('has the length and the characters that were asked for', () => {
    expect(generateSecret({ lengthChars: 500, exclude: '' })).toMatch(/^(?=.*[!-/])[!-~]{500}$/);
    expect(generateSecret({ lengthChars: 500, exclude: '0' })).not.toContain('0');
  });

  it('cannot be without any character', () => {
    const everything = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
    expect(() => generateSecret({ lengthChars: 8, exclude: everything })).toThrow(/excludes every character/);
  });
});
