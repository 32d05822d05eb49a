/** Base58: letters and digits without the look-alikes 0, O, I and l. */
export const SHORT_CODE_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
export const SHORT_CODE_LENGTH = 7;

/** Bytes at or above this are thrown away: 256 is no multiple of 58, so keeping them would favour the first letters. */
const FAIR_BYTES = 256 - (256 % SHORT_CODE_ALPHABET.length);

export type RandomBytes = (count: number) => Uint8Array;

/** A short code of `length` characters, each equally likely, from a cryptographically secure source of bytes. */
export function newShortCode(randomBytes: RandomBytes, length = SHORT_CODE_LENGTH): string {
  let code = '';
  while (code.length < length) {
    for (const byte of randomBytes(length + 4)) {
      if (byte < FAIR_BYTES && code.length < length) code += SHORT_CODE_ALPHABET[byte % SHORT_CODE_ALPHABET.length];
    }
  }
  return code;
}

/** After two collisions at one length the code grows by a character: collisions mean the space is filling up. */
export const shortCodeLengthFor = (attempt: number): number => SHORT_CODE_LENGTH + Math.floor(attempt / 2);
