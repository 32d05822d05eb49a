import type { RandomBytes } from './links/short-code.ts';

/** Crockford's base 32 in lower case: sorts as text in the order of time. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 12;

/** What an id names; the prefix is part of it (contract: ids are prefixed and sortable). */
export type IdPrefix = 'usr' | 'ws' | 'key' | 'ses' | 'inv' | 'evt' | 'mail' | 'rep' | 'qr' | 'logo' | 'bat' | 'upl';

/** `usr_` + 48 bits of milliseconds + 60 random bits: ids made later sort behind, none can be guessed from another. */
export function newSortableId(prefix: IdPrefix, nowMs: number, randomBytes: RandomBytes): string {
  let time = '';
  for (let rest = nowMs, index = 0; index < TIME_LENGTH; index += 1) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  const random = Array.from(randomBytes(RANDOM_LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join('');
  return `${prefix}_${time}${random}`;
}

/** Whether text from outside can be an id of this kind: no other text may become part of a store's key. */
export const couldBeId = (prefix: IdPrefix, text: string): boolean =>
  text.startsWith(`${prefix}_`) && /^[a-z]+_[0-9A-Za-z]{1,40}$/.test(text);
