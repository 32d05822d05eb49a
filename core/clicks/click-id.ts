import { randomFillSync } from 'node:crypto';

/** Crockford's base 32, as in ULID: sorts as text in the order of time. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;
export const CLICK_ID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Filled a kilobyte at a time: one system call serves 64 clicks. */
const pool = Buffer.alloc(1_024);
let poolOffset = pool.length;

/** A click's identity: 48 bits of milliseconds, 80 random bits, 26 characters. */
export function newClickId(nowMs: number): string {
  if (poolOffset + RANDOM_LENGTH > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  let id = '';
  for (let rest = nowMs, index = 0; index < TIME_LENGTH; index += 1) {
    id = ALPHABET.charAt(rest % 32) + id;
    rest = Math.floor(rest / 32);
  }
  for (let index = 0; index < RANDOM_LENGTH; index += 1) id += ALPHABET.charAt((pool[poolOffset + index] ?? 0) & 31);
  poolOffset += RANDOM_LENGTH;
  return id;
}
