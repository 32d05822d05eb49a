import { deflateSync } from 'node:zlib';
import { decodePng } from '../../adapters/png-decoder.ts';
import type { PngKind } from '../fixtures/png-writer.ts';
import { pngChunk, pngHeader, pngOf, writePng } from '../fixtures/png-writer.ts';

const KINDS = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => ({ colorType: 0, depth }) as const),
  ...([8, 16] as const).flatMap((depth) => ([2, 4, 6] as const).map((colorType) => ({ colorType, depth }) as const)),
  ...([1, 2, 4, 8] as const).map((depth) => ({ colorType: 3, depth }) as const),
];
const SIZE = { widthPx: 13, heightPx: 11 };
const palette = Uint8Array.from({ length: 3 * 256 }, (_, i) => (i * 37) % 256);

/** A different value for each sample, from the lowest to the highest. */
const sampleOf = (depth: number) => (x: number, y: number, channel: number) =>
  Math.floor((((x * 19 + y * 7 + channel * 11) % 64) / 63) * (2 ** depth - 1));

function expectedPixel({ colorType, depth }: PngKind, x: number, y: number): number[] {
  const value = (channel: number) => sampleOf(depth)(x, y, channel);
  const byte = (channel: number) => Math.round((value(channel) * 255) / (2 ** depth - 1));
  switch (colorType) {
    case 0:
      return [byte(0), byte(0), byte(0), 255];
    case 2:
      return [byte(0), byte(1), byte(2), 255];
    case 3:
      return [...palette.subarray(3 * value(0), 3 * value(0) + 3), 255];
    case 4:
      return [byte(0), byte(0), byte(0), byte(1)];
    case 6:
      return [byte(0), byte(1), byte(2), byte(3)];
  }
}

const pixelsExpected = (kind: PngKind): number[] =>
  Array.from({ length: kind.heightPx }, (_, y) =>
    Array.from({ length: kind.widthPx }, (_unused, x) => expectedPixel(kind, x, y)).flat(),
  ).flat();

describe.each([false, true])('A PNG, interlaced: %s', (interlaced) => {
  it.each(KINDS)(
    'of colour type $colorType and $depth bits is read with every filter',
    async ({ colorType, depth }) => {
      for (const filter of [0, 1, 2, 3, 4] as const) {
        const kind = { ...SIZE, colorType, depth, interlaced, filter, ...(colorType === 3 ? { palette } : {}) };
        const { widthPx, heightPx, rgba } = await decodePng(writePng(kind, sampleOf(depth)));
        expect({ widthPx, heightPx }).toEqual(SIZE);
        expect(Array.from(rgba)).toEqual(pixelsExpected(kind));
      }
    },
  );

  it.each([1, 2, 3, 5, 8, 9])('of %i pixels in width is read, also where a pass is empty', async (widthPx) => {
    const kind = { widthPx, heightPx: 2, colorType: 2, depth: 8, interlaced } as const;
    const { rgba } = await decodePng(writePng(kind, sampleOf(8)));
    expect(Array.from(rgba)).toEqual(pixelsExpected(kind));
  });
});

describe('Transparency beside the pixels', () => {
  const one = { widthPx: 2, heightPx: 1, depth: 8 } as const;
  it.each([
    ['a gray', { ...one, colorType: 0, transparency: Uint8Array.of(0, 7) } as const],
    ['an rgb', { ...one, colorType: 2, transparency: Uint8Array.of(0, 7, 0, 7, 0, 7) } as const],
  ])('makes one colour of %s picture transparent and no other', async (_, kind) => {
    const { rgba } = await decodePng(writePng(kind, (x) => (x === 0 ? 7 : 8)));
    expect(Array.from(rgba)).toEqual([7, 7, 7, 0, 8, 8, 8, 255]);
  });

  it('belongs to places of the palette, and those after it are opaque', async () => {
    const kind = {
      ...one,
      colorType: 3,
      palette: Uint8Array.of(1, 2, 3, 4, 5, 6),
      transparency: Uint8Array.of(9),
    } as const;
    const { rgba } = await decodePng(writePng(kind, (x) => x));
    expect(Array.from(rgba)).toEqual([1, 2, 3, 9, 4, 5, 6, 255]);
  });
});

describe('A broken PNG', () => {
  const kind = { widthPx: 8, heightPx: 8, colorType: 0, depth: 8 } as const;
  const header = pngHeader(kind);
  const rows = (bytes: number) => pngChunk('IDAT', deflateSync(Buffer.alloc(bytes)));
  const good = pngOf(header, rows(72));
  const damaged = Buffer.from(good);
  damaged.writeUInt8(99, 20);
  const tenth = Buffer.alloc(72);
  tenth[9] = 5;

  it('would be whole if nothing were broken', async () => {
    await expect(decodePng(good)).resolves.toMatchObject({ widthPx: 8 });
  });

  it.each([
    ['cut off at every place', Array.from({ length: good.length - 12 }, (_, length) => good.subarray(0, length))],
    ['damaged', [damaged]],
    ['without pixels', [pngOf(header), pngOf(header, pngChunk('IDAT'))]],
    ['with too few pixels', [pngOf(header, rows(71))]],
    ['with more pixels than its header has', [pngOf(header, rows(73)), pngOf(header, rows(50_000_000))]],
    ['with a filter that there is not', [pngOf(header, pngChunk('IDAT', deflateSync(tenth)))]],
    ['without a header', [pngOf(rows(72))]],
    ['of a depth that its colour type has not', [pngOf(pngHeader({ ...kind, colorType: 2, depth: 4 }), rows(72))]],
    ['indexed without a palette', [pngOf(pngHeader({ ...kind, colorType: 3 }), rows(72))]],
    [
      'with a colour that the palette has not',
      [
        pngOf(
          pngHeader({ ...kind, colorType: 3 }),
          pngChunk('PLTE', Uint8Array.of(1, 2, 3)),
          pngChunk(
            'IDAT',
            deflateSync(
              Buffer.alloc(72, 1)
                .fill(0, 0, 1)
                .map((byte, i) => (i % 9 === 0 ? 0 : byte)),
            ),
          ),
        ),
      ],
    ],
    ['with an unknown chunk that must be known', [pngOf(header, pngChunk('ABCD'), rows(72))]],
  ])('%s is refused', async (_, files) => {
    for (const file of files) await expect(decodePng(file)).rejects.toThrow();
  });

  it('is not one that only has unknown chunks of no importance or bytes behind its end', async () => {
    const more = Buffer.concat([pngOf(header, pngChunk('acTL', Buffer.alloc(8)), rows(72)), Buffer.from('<script>')]);
    await expect(decodePng(more)).resolves.toMatchObject({ heightPx: 8 });
  });
});
