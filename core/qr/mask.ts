import { FORMAT_LENGTH, formatBits, formatPlaces } from './format-bits.ts';
import type { ErrorCorrection } from './matrix.ts';
import type { Packed } from './penalty.ts';
import { emptyPacked, penalty, setBit } from './penalty.ts';

/** A code whose data is not masked, and whose format bits are all light. */
export type Unmasked = {
  readonly size: number;
  readonly modules: Uint8Array;
  /** 1 where a module carries no data. */
  readonly reserved: Uint8Array;
  readonly errorCorrection: ErrorCorrection;
};

const FLIPS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row * column) % 3) + ((row + column) % 2)) % 2 === 0,
];

type Planes = { readonly upright: Packed; readonly transposed: Packed };
type Mask = Planes & { readonly modules: Uint8Array };

/** The eight masks of each size of code; they are the same for every content. */
const masksBySize = new Map<number, readonly Mask[]>();

function masksOf({ size, reserved }: Pick<Unmasked, 'size' | 'reserved'>): readonly Mask[] {
  const known = masksBySize.get(size);
  if (known !== undefined) return known;
  const masks = FLIPS.map((flips) => {
    const modules = reserved.map((taken, at) => (taken === 0 && flips(Math.floor(at / size), at % size) ? 1 : 0));
    return { modules, ...planesOf(modules, size) };
  });
  masksBySize.set(size, masks);
  return masks;
}

/** The mask with the fewest points against it, the first of equals; as ISO/IEC 18004 wants it. */
export function bestMask(code: Unmasked): number {
  const base = planesOf(code.modules, code.size);
  const tried: Planes = { upright: emptyPacked(code.size), transposed: emptyPacked(code.size) };
  const points = masksOf(code).map((mask, index) => {
    xor(base.upright, mask.upright, tried.upright);
    xor(base.transposed, mask.transposed, tried.transposed);
    forEachFormatModule(code.size, code.errorCorrection, index, (row, column) => {
      setBit(tried.upright, row, column);
      setBit(tried.transposed, column, row);
    });
    return penalty(tried.upright, tried.transposed);
  });
  return points.indexOf(Math.min(...points));
}

/** Where a mask turns dark to light and light to dark. */
export const maskOf = (code: Pick<Unmasked, 'size' | 'reserved'>, mask: number): Uint8Array =>
  masksOf(code)[mask]?.modules ?? new Uint8Array(code.size ** 2);

/** The finished modules. */
export function masked(code: Unmasked, mask: number): Uint8Array {
  const flips = maskOf(code, mask);
  const modules = flipped(code.modules, flips);
  forEachFormatModule(code.size, code.errorCorrection, mask, (row, column) => {
    modules[row * code.size + column] = 1;
  });
  return modules;
}

/** The modules, dark for light wherever the mask says so. */
export function flipped(modules: Uint8Array, flips: Uint8Array): Uint8Array {
  const out = modules.slice();
  for (let at = 0; at < out.length; at++) out[at] = (out[at] ?? 0) ^ (flips[at] ?? 0);
  return out;
}

/** Calls `darken` for every format module that is dark. */
export function forEachFormatModule(
  size: number,
  errorCorrection: ErrorCorrection,
  mask: number,
  darken: (row: number, column: number) => void,
): void {
  const bits = formatBits(errorCorrection, mask);
  for (let bit = 0; bit < FORMAT_LENGTH; bit++)
    if ((bits >> bit) & 1) for (const [row, column] of formatPlaces(size, bit)) darken(row, column);
}

function planesOf(modules: Uint8Array, size: number): Planes {
  const planes = { upright: emptyPacked(size), transposed: emptyPacked(size) };
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at++) {
      if (modules[at] === 0) continue;
      setBit(planes.upright, row, column);
      setBit(planes.transposed, column, row);
    }
  }
  return planes;
}

function xor(one: Packed, other: Packed, into: Packed): void {
  for (let at = 0; at < into.words.length; at++) into.words[at] = (one.words[at] ?? 0) ^ (other.words[at] ?? 0);
}
