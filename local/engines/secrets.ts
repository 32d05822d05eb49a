import { randomInt } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type SecretRecipe = {
  readonly length: number;
  readonly excludePunctuation?: boolean;
  /** Further characters that must not be in it. */
  readonly exclude?: string;
};

export type Secrets = {
  /** The secret's value, made when it is first asked for and the same ever after. */
  valueOf(logicalName: string, generate: SecretRecipe): string;
};

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * Secrets Manager for dynamic references in a template: values that are generated once and kept in
 * `dataDir/secrets.json`, readable by its owner only. Without `dataDir` they last as long as the process.
 */
export function openSecrets({ dataDir }: { dataDir?: string } = {}): Secrets {
  const path = dataDir === undefined ? null : join(dataDir, 'secrets.json');
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const values = new Map(Object.entries(path === null ? {} : read(path)));
  return {
    valueOf: (logicalName, recipe) => {
      const known = values.get(logicalName);
      if (known !== undefined) return known;
      const value = generate(recipe);
      values.set(logicalName, value);
      if (path !== null) write(path, Object.fromEntries(values));
      return value;
    },
  };
}

function generate({ length, excludePunctuation = false, exclude = '' }: SecretRecipe): string {
  const all = excludePunctuation ? LETTERS_AND_DIGITS : LETTERS_AND_DIGITS + PUNCTUATION;
  const allowed = all.split('').filter((character) => !exclude.includes(character));
  if (allowed.length === 0) throw new Error('A secret that excludes every character cannot be made.');
  return Array.from({ length }, () => allowed[randomInt(allowed.length)]).join('');
}

function read(path: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  return JSON.parse(text) as Record<string, string>;
}

/** Written beside and renamed, so that the file is whole at every moment. */
function write(path: string, values: Record<string, string>): void {
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  writeSync(file, JSON.stringify(values, null, 2));
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}
