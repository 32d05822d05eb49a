import { create } from 'qrcode/lib/core/qrcode.js';
import { forEachFormatModule } from './format-bits.ts';

/** Where things are in the codes of one version. */
export type Layout = {
  readonly size: number;
  /** The patterns that are the same in all of them, row by row, 1 is dark; data and format bits are light. */
  readonly patterns: Uint8Array;
  /** 1 where a module carries no data. */
  readonly reserved: Uint8Array;
  /** The modules that the bits of the codewords go to, one after the other. */
  readonly places: Uint16Array;
};

const layouts = new Map<number, Layout>();

/** Made once from a code of the library. */
export function layoutOf(version: number): Layout {
  const known = layouts.get(version);
  if (known !== undefined) return known;
  const options = { version, errorCorrectionLevel: 'L', maskPattern: 0 } as const;
  const { size, data, reservedBit: reserved } = create([{ data: '0', mode: 'numeric' }], options).modules;
  const patterns = data.map((dark, at) => dark & (reserved[at] ?? 0));
  forEachFormatModule(size, 'L', 0, (row, column) => {
    patterns[row * size + column] = 0;
  });
  const layout = { size, patterns, reserved, places: placesIn(size, reserved) };
  layouts.set(version, layout);
  return layout;
}

/** The column of the upright timing pattern, which belongs to no pair. */
const TIMING_COLUMN = 6;

/** ISO/IEC 18004 §7.7.3: pairs of columns from the right, up and down by turns, each row of a pair from the right. */
function placesIn(size: number, reserved: Uint8Array): Uint16Array {
  const places: number[] = [];
  let isUpward = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === TIMING_COLUMN) right--;
    for (let step = 0; step < size; step++) {
      const row = isUpward ? size - 1 - step : step;
      for (const at of [row * size + right, row * size + right - 1]) if (reserved[at] === 0) places.push(at);
    }
    isUpward = !isUpward;
  }
  return Uint16Array.from(places);
}
