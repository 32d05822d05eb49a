import { createHash } from 'node:crypto';
import type { RandomBytes } from '../links/short-code.ts';

/**
 * Tokens that go out by mail and are good for one thing, once: `<letter>.<subject>.<secret>`. The subject finds the item
 * (the hash of an address, a user, a workspace and its invite), the secret proves the mail was read, and only the
 * SHA-256 of the whole text is stored. Who consumes one deletes its item in the transaction that does the work.
 */
const LETTERS = { 'verify-email': 'v', 'reset-password': 'r', 'confirm-email': 'c', invite: 'i' } as const;
export type OneTimeTokenKind = keyof typeof LETTERS;

/** How long each is good for, in seconds; compared in code when it is used. */
export const TOKEN_LIFETIME_S: Readonly<Record<OneTimeTokenKind, number>> = {
  'verify-email': 86_400,
  'reset-password': 3_600,
  'confirm-email': 86_400,
  invite: 7 * 86_400,
};

const SECRET_BYTES = 32;
const PATTERN = /^([a-z])\.([A-Za-z0-9_-]{1,128}(?:~[A-Za-z0-9_-]{1,128})?)\.([A-Za-z0-9_-]{43})$/;

export type OneTimeToken = { readonly text: string; readonly sha256: string };

/** `subject` is made of letters, digits, `_`, `-`, and at most one `~` between two parts. */
export function newOneTimeToken(kind: OneTimeTokenKind, subject: string, randomBytes: RandomBytes): OneTimeToken {
  const secret = Buffer.from(randomBytes(SECRET_BYTES)).toString('base64url');
  const text = `${LETTERS[kind]}.${subject}.${secret}`;
  return { text, sha256: tokenSha256(text) };
}

/** Subject and hash of a token of this kind, or null for any other text: that costs no read. */
export function readOneTimeToken(
  kind: OneTimeTokenKind,
  text: string,
): { readonly subject: string; readonly sha256: string } | null {
  const [, letter, subject] = PATTERN.exec(text) ?? [];
  return letter === LETTERS[kind] && subject !== undefined ? { subject, sha256: tokenSha256(text) } : null;
}

/** Hex SHA-256 of a token: 256 random bits need no slow hash. */
export const tokenSha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
