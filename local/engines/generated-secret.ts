import { randomInt } from 'node:crypto';

export type SecretRecipe = {
  readonly lengthChars: number;
  /** Characters that must not be in it. */
  readonly exclude: string;
};

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Random text as `GenerateSecretString` makes it. Throws when every character is excluded. */
export function generateSecret({ lengthChars, exclude }: SecretRecipe): string {
  const allowed = (LETTERS_AND_DIGITS + PUNCTUATION).split('').filter((character) => !exclude.includes(character));
  if (allowed.length === 0) throw new Error('A secret that excludes every character cannot be made.');
  return Array.from({ length: lengthChars }, () => allowed[randomInt(allowed.length)]).join('');
}
