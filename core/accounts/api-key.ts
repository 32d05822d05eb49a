import { createHash } from 'node:crypto';
import type { RandomBytes } from '../links/short-code.ts';
import { newShortCode } from '../links/short-code.ts';
import type { Scope } from './permissions.ts';

export const API_KEY_PREFIX = 'sp_';
/** 32 of base58 are 187 bits: nothing to guess, so a plain SHA-256 at rest is enough (no slow hash per call). */
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const SHOWN_LENGTH = 4;
const PATTERN = /^sp_([1-9A-HJ-NP-Za-km-z]{32})_([0-9a-f]{6})$/;

export type ApiKey = {
  /** `key_…`, names the key without opening anything. */
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  /** The key's beginning, `sp_aB7x`: what its owner tells it by once nobody can see the rest any more. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAtMs: number;
  /** Null is without end. */
  readonly expiresAtMs: number | null;
  /** Written at most once a minute; null before the first use. */
  readonly lastUsedAtMs: number | null;
};

/** A new key in clear text: `sp_` + secret + `_` + checksum. Shown once, then only its hash is known. */
export function newApiKey(randomBytes: RandomBytes): string {
  const secret = newShortCode(randomBytes, SECRET_LENGTH);
  return `${API_KEY_PREFIX}${secret}_${checksum(secret)}`;
}

/** What may be shown of a key: four characters of 32 give no guess a chance. */
export const prefixOf = (key: string): string => key.slice(0, API_KEY_PREFIX.length + SHOWN_LENGTH);

/** Whether text could be a key at all: the checksum lets typing errors and strangers' tokens fail without a read. */
export function isWellFormedApiKey(text: string): boolean {
  const match = PATTERN.exec(text);
  return match !== null && checksum(match[1] ?? '') === match[2];
}

/** Hex SHA-256 of the whole key: what is stored and looked up. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

const checksum = (secret: string): string =>
  createHash('sha256').update(`${API_KEY_PREFIX}${secret}`).digest('hex').slice(0, CHECKSUM_LENGTH);
