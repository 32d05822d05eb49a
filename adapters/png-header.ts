/** Colour types of PNG (specification, 11.2.1): samples of a pixel, and the bits that one sample may have. */
const COLOR_TYPES = {
  0: { name: 'gray', samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { name: 'rgb', samples: 3, depths: [8, 16] },
  3: { name: 'indexed', samples: 1, depths: [1, 2, 4, 8] },
  4: { name: 'gray-alpha', samples: 2, depths: [8, 16] },
  6: { name: 'rgba', samples: 4, depths: [8, 16] },
} as const;

export type PngHeader = {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly depth: number;
  readonly color: (typeof COLOR_TYPES)[keyof typeof COLOR_TYPES];
  readonly passes: readonly PngPass[];
};

/** The pixels that one pass fills: each `stepX`th of each `stepY`th row from (x, y) on. */
export type PngPass = {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
  readonly rowBytes: number;
};

type Grid = readonly [x: number, y: number, stepX: number, stepY: number];
const WHOLE: readonly Grid[] = [[0, 0, 1, 1]];
const ADAM7: readonly Grid[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Reads the data of IHDR. Throws on anything that the specification does not allow. */
export function pngHeader(data: DataView): PngHeader {
  const [widthPx, heightPx, depth] = [data.getUint32(0), data.getUint32(4), data.getUint8(8)];
  const [type, compression, filter, interlace] = [9, 10, 11, 12].map((at) => data.getUint8(at));
  const color = type === 0 || type === 2 || type === 3 || type === 4 || type === 6 ? COLOR_TYPES[type] : undefined;
  if (color === undefined || !color.depths.some((allowed) => allowed === depth))
    throw new Error(`There is no colour type ${type} of ${depth} bits.`);
  if (compression !== 0 || filter !== 0) throw new Error('Compression and filter methods are 0.');
  if (interlace !== 0 && interlace !== 1) throw new Error(`There is no interlace method ${interlace}.`);
  const grids = interlace === 0 ? WHOLE : ADAM7;
  const bitsPerPixel = color.samples * depth;
  const passes = grids.map((grid) => passOf(grid, widthPx, heightPx, bitsPerPixel));
  return { widthPx, heightPx, depth, color, passes: passes.filter(({ width, height }) => width > 0 && height > 0) };
}

function passOf([x, y, stepX, stepY]: Grid, widthPx: number, heightPx: number, bitsPerPixel: number): PngPass {
  const width = Math.ceil((widthPx - x) / stepX);
  const height = Math.ceil((heightPx - y) / stepY);
  return { x, y, stepX, stepY, width, height, rowBytes: Math.ceil((width * bitsPerPixel) / 8) };
}
