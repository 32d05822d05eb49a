import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { LinkPassword } from './link.ts';

/** OWASP's argon2id minimum: 19 MiB, two passes, one lane. They stand in every hash, so they can change later. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const SALT_BYTES = 16;
const argon2id = promisify(argon2);

export const MAX_LINK_PASSWORD_LENGTH = 128;

/** Hashes a link's password and mints the key its unlock tokens are signed with. */
export async function newLinkPassword(password: string): Promise<LinkPassword> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await argon2id('argon2id', { ...PARAMETERS, message: password.normalize('NFC'), nonce: salt });
  const { memory, passes, parallelism } = PARAMETERS;
  return {
    hash: `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`,
    unlockKey: newUnlockKey(),
  };
}

export const newUnlockKey = (): string => randomBytes(32).toString('base64url');

/** Compares in constant time, with the parameters the hash was made with. Throws if `hash` is not one of ours. */
export async function matchesLinkPassword(password: string, hash: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash);
  if (match === null) throw new Error('A stored link password is not an argon2id hash');
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  const expected = Buffer.from(tag, 'base64');
  const actual = await argon2id('argon2id', {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
    message: password.normalize('NFC'),
    nonce: Buffer.from(salt, 'base64'),
  });
  return timingSafeEqual(actual, expected);
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
