/** Which link a QR code leads to, and where it hangs: empty where nobody said. */
export type Scan = { readonly code: string; readonly placement: string };

const MAX_PLACEMENT_LENGTH = 20;

/** All characters a code or an alias may have: six bits each. */
const CODE_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Base 32 of RFC 4648: five bits each, the same in either case. */
const PATH_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `^[a-z0-9-]{1,20}$`: what is left of a name in a path without case. */
export const isPlacement = (text: string): boolean => /^[a-z0-9-]{1,20}$/.test(text);

/**
 * The path that a QR code of a link encodes: `/Q/MFRGG…/MENU`. Scans are told apart from clicks by it, without a lookup: it *is* the
 * code and the placement, written with capital letters and digits, of which a QR code takes 5.5 bits each instead of 8
 * (ISO/IEC 18004, alphanumeric mode). `placement` is one by `isPlacement`, or empty.
 */
export function scanPath({ code, placement }: Scan): string {
  const path = `/Q/${recoded(code, CODE_ALPHABET, 6, PATH_ALPHABET, 5)}`;
  return placement === '' ? path : `${path}/${placement.toUpperCase()}`;
}

/** The link behind a path that `scanPath` made, in any case; null for every other path. */
export function readScanPath(path: string): Scan | null {
  const [, encoded, placement = ''] = /^\/q\/([a-z2-7]+)(?:\/([a-z0-9-]+))?$/i.exec(path) ?? [];
  if (encoded === undefined) return null;
  const code = recoded(encoded.toUpperCase(), PATH_ALPHABET, 5, CODE_ALPHABET, 6);
  const scan = { code, placement: placement.toLowerCase() };
  // Bits left over would give one link many paths.
  return scanPath(scan) === path.toUpperCase() && placement.length <= MAX_PLACEMENT_LENGTH ? scan : null;
}

/**
 * The same bits in another alphabet. Growing, the last character is filled with zeros; shrinking, what does not fill one is
 * dropped.
 */
function recoded(text: string, from: string, fromBits: number, to: string, toBits: number): string {
  let bits = 0;
  let held = 0;
  let recodedText = '';
  for (const character of text) {
    bits = (bits << fromBits) | from.indexOf(character);
    held += fromBits;
    while (held >= toBits) {
      held -= toBits;
      recodedText += to[bits >> held];
      bits &= (1 << held) - 1;
    }
  }
  const isGrowing = toBits < fromBits;
  return isGrowing && held > 0 ? recodedText + to[bits << (toBits - held)] : recodedText;
}
