import { randomBytes } from 'node:crypto';
import { argon2idHash, matchesArgon2id } from '../argon2id.ts';
import type { LinkPassword } from './link.ts';

export const MAX_LINK_PASSWORD_LENGTH = 128;

/** Hashes a link's password and mints the key its unlock tokens are signed with. */
export const newLinkPassword = async (password: string): Promise<LinkPassword> => ({
  hash: await argon2idHash(password),
  unlockKey: newUnlockKey(),
});

export const newUnlockKey = (): string => randomBytes(32).toString('base64url');

/** Throws if `hash` is not one of ours. */
export const matchesLinkPassword = (password: string, hash: string): Promise<boolean> =>
  matchesArgon2id(password, hash);
