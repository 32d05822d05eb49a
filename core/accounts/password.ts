import { argon2idHash, isOutdatedHash, matchesArgon2id, NOBODYS_HASH } from '../argon2id.ts';
import { Failure, validationFailed } from '../errors.ts';
import { isCommonPassword } from './common-passwords.ts';

/** Characters as people count them (code points). No other composition rules: they make passwords worse. */
export const MIN_PASSWORD_LENGTH = 12;
export const MAX_PASSWORD_LENGTH = 128;

/** Whose password it is to be: what everybody tries first. */
export type PasswordOwner = { readonly email: string; readonly name: string };
export type PasswordProblem = 'too_short' | 'too_long' | 'common';

/** What is wrong with a password somebody wants to have, or null. */
export function passwordProblem(password: string, { email, name }: PasswordOwner): PasswordProblem | null {
  const normal = password.normalize('NFC');
  const length = Array.from(normal).length;
  if (length < MIN_PASSWORD_LENGTH) return 'too_short';
  if (length > MAX_PASSWORD_LENGTH) return 'too_long';
  const own = [email, email.slice(0, email.lastIndexOf('@')), name.normalize('NFC')];
  const isOwn = own.some((word) => word.toLowerCase() === normal.toLowerCase());
  return isOwn || isCommonPassword(normal) ? 'common' : null;
}

/** Throws VALIDATION_FAILED at `path` for a length out of bounds, WEAK_PASSWORD for a common one. */
export function refuseBadPassword(password: string, owner: PasswordOwner, path: string): void {
  const problem = passwordProblem(password, owner);
  if (problem === null) return;
  if (problem === 'common') throw new Failure('WEAK_PASSWORD');
  const message = `Must have ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`;
  throw validationFailed([{ path, code: problem, message }]);
}

/** A new password's hash, in PHC form. */
export const newPasswordHash = (password: string): Promise<string> => argon2idHash(password);

/** Null is the hash of nobody: it costs as much and never matches. */
export const matchesPassword = async (password: string, hash: string | null): Promise<boolean> =>
  (await matchesArgon2id(password, hash ?? NOBODYS_HASH)) && hash !== null;

export const isOutdatedPassword = (hash: string): boolean => isOutdatedHash(hash);
