import { forEachFormatModule } from './format-bits.ts';
import type { Layout } from './layout.ts';
import type { ErrorCorrection } from './matrix.ts';
import type { Packed } from './penalty.ts';
import { emptyPacked, penalty, setBit } from './penalty.ts';

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

/** A code and the same code transposed. */
type Planes = { readonly upright: Packed; readonly transposed: Packed };

const emptyPlanes = (size: number): Planes => ({ upright: emptyPacked(size), transposed: emptyPacked(size) });

type Masks = {
  /** What each of the eight masks turns, and the format bits that say which it is. */
  readonly planes: readonly Planes[];
  /** Room to try them in, written anew for each code. */
  readonly base: Planes;
  readonly tried: Planes;
};

const flipsBySize = new Map<number, readonly Planes[]>();

function flipsOf({ size, reserved }: Layout): readonly Planes[] {
  const known = flipsBySize.get(size);
  if (known !== undefined) return known;
  const all = FLIPS.map((flips) => {
    const planes = emptyPlanes(size);
    pack(
      reserved.map((taken, at) => (taken === 0 && flips(Math.floor(at / size), at % size) ? 1 : 0)),
      planes,
    );
    return planes;
  });
  flipsBySize.set(size, all);
  return all;
}

/** By size and level. */
const masksByFormat = new Map<string, Masks>();

function masksOf(layout: Layout, errorCorrection: ErrorCorrection): Masks {
  const { size } = layout;
  const key = `${size}${errorCorrection}`;
  const known = masksByFormat.get(key);
  if (known !== undefined) return known;
  const planes = flipsOf(layout).map((flips, mask) => {
    const upright = copyOf(flips.upright);
    const transposed = copyOf(flips.transposed);
    forEachFormatModule(size, errorCorrection, mask, (row, column) => {
      setBit(upright, row, column);
      setBit(transposed, column, row);
    });
    return { upright, transposed };
  });
  const masks = { planes, base: emptyPlanes(size), tried: emptyPlanes(size) };
  masksByFormat.set(key, masks);
  return masks;
}

const copyOf = (packed: Packed): Packed => ({ ...packed, words: packed.words.slice() });

/**
 * Finishes modules whose data is not masked and whose format bits are light: puts the mask on them that has the fewest points
 * against it, the first of equals, as ISO/IEC 18004 wants it. Returns which that is.
 */
export function putBestMask(modules: Uint8Array, layout: Layout, errorCorrection: ErrorCorrection): number {
  const { planes, base, tried } = masksOf(layout, errorCorrection);
  pack(modules, base);
  let [best, fewest] = [0, Infinity];
  planes.forEach((mask, index) => {
    turn(base.upright, mask.upright, tried.upright);
    turn(base.transposed, mask.transposed, tried.transposed);
    const points = penalty(tried.upright, tried.transposed);
    if (points < fewest) [best, fewest] = [index, points];
  });
  const { upright } = planes[best] ?? base;
  turn(base.upright, upright, tried.upright);
  unpack(tried.upright, modules);
  return best;
}

function pack(modules: Uint8Array, { upright, transposed }: Planes): void {
  const { size } = upright;
  upright.words.fill(0);
  transposed.words.fill(0);
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at++) {
      if (modules[at] === 0) continue;
      setBit(upright, row, column);
      setBit(transposed, column, row);
    }
  }
}

function unpack({ size, words, wordsPerRow }: Packed, modules: Uint8Array): void {
  for (let row = 0, at = 0; row < size; row++)
    for (let column = 0; column < size; column++, at++)
      modules[at] = ((words[row * wordsPerRow + (column >> 5)] ?? 0) >>> (column & 31)) & 1;
}

function turn({ words }: Packed, mask: Packed, into: Packed): void {
  for (let at = 0; at < words.length; at++) into.words[at] = (words[at] ?? 0) ^ (mask.words[at] ?? 0);
}
