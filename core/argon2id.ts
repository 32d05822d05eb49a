import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** OWASP's argon2id minimum: 19 MiB, two passes, one lane. They stand in every hash, so they can change later. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;
const SALT_BYTES = 16;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;

const { memory, passes, parallelism } = PARAMETERS;
const PREFIX = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;

/** Matches nothing but costs what any hash costs: compared with where there is none, so that its absence takes as long. */
export const NOBODYS_HASH = `${PREFIX}${'A'.repeat(22)}$${'A'.repeat(43)}`;

const derive = promisify(argon2);

/** A password's salted argon2id hash in PHC form. Its accents may be composed or not (NFC). */
export async function argon2idHash(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive('argon2id', { ...PARAMETERS, message: password.normalize('NFC'), nonce: salt });
  return `${PREFIX}${base64(salt)}$${base64(tag)}`;
}

/** Compares in constant time, with the parameters the hash was made with. Throws if `hash` is not one of ours. */
export async function matchesArgon2id(password: string, hash: string): Promise<boolean> {
  const match = PHC.exec(hash);
  if (match === null) throw new Error('A stored password is not an argon2id hash');
  const [, m, t, p, salt = '', tag = ''] = match;
  const expected = Buffer.from(tag, 'base64');
  const actual = await derive('argon2id', {
    memory: Number(m),
    passes: Number(t),
    parallelism: Number(p),
    tagLength: expected.length,
    message: password.normalize('NFC'),
    nonce: Buffer.from(salt, 'base64'),
  });
  return timingSafeEqual(actual, expected);
}

/** Whether the hash was made with other parameters than today's, so that it is made anew when its password is at hand. */
export const isOutdatedHash = (hash: string): boolean => !hash.startsWith(PREFIX);

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
