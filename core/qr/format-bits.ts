import type { ErrorCorrection } from './matrix.ts';

/** ISO/IEC 18004 §7.9: two bits of level and three of mask, ten of a BCH code, and a fixed pattern over all. */
const LEVEL_BITS: Readonly<Record<ErrorCorrection, number>> = { L: 1, M: 0, Q: 3, H: 2 };
const GENERATOR = 0b10100110111;
const PATTERN = 0b101010000010010;
const DATA_BITS = 5;
const CHECK_BITS = 10;
const LENGTH = DATA_BITS + CHECK_BITS;

/** Calls `darken` for every format module that is dark. */
export function forEachFormatModule(
  size: number,
  errorCorrection: ErrorCorrection,
  mask: number,
  darken: (row: number, column: number) => void,
): void {
  const bits = formatBits(errorCorrection, mask);
  for (let bit = 0; bit < LENGTH; bit++)
    if ((bits >> bit) & 1) for (const [row, column] of formatPlaces(size, bit)) darken(row, column);
}

function formatBits(errorCorrection: ErrorCorrection, mask: number): number {
  const data = (LEVEL_BITS[errorCorrection] << 3) | mask;
  let remainder = data << CHECK_BITS;
  for (let bit = LENGTH - 1; bit >= CHECK_BITS; bit--)
    if ((remainder >> bit) & 1) remainder ^= GENERATOR << (bit - CHECK_BITS);
  return ((data << CHECK_BITS) | remainder) ^ PATTERN;
}

/** Where each of the fifteen bits is, lowest first: once beside the upper left finder, once beside the other two. */
function formatPlaces(size: number, bit: number): readonly (readonly [row: number, column: number])[] {
  const down = bit < 6 ? bit : bit < 8 ? bit + 1 : size - LENGTH + bit;
  const across = bit < 8 ? size - 1 - bit : bit === 8 ? 7 : LENGTH - 1 - bit;
  return [
    [down, 8],
    [8, across],
  ];
}
