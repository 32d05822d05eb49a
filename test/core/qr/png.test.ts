import { qrDecoders } from '../../../adapters/qr-decoders.ts';
import { ERROR_CORRECTIONS, qrMatrix } from '../../../core/qr/matrix.ts';
import { plainPng } from '../../../core/qr/png.ts';
import type { QrStyle } from '../../../core/qr/style.ts';
import { PLAIN_STYLE, TRANSPARENT } from '../../../core/qr/style.ts';
import { failureOf } from '../../fixtures/failures.ts';
import type { ReadPng } from '../../fixtures/png-reader.ts';
import { readPng } from '../../fixtures/png-reader.ts';
import { filling } from '../../fixtures/qr-contents.ts';

/** Version 23 is not among them: jsQR looks for its alignment patterns in column 74 instead of 78, and cannot read 23-L. */
const SAMPLED_VERSIONS = [1, 2, 6, 7, 10, 21, 27, 32, 40];
const matrix = qrMatrix('https://sgn.example/q/aB7x3K', { errorCorrection: 'M' });
const pixelAt = ({ rgba, widthPx }: ReadPng, x: number, y: number): readonly number[] =>
  Array.from(rgba.subarray((y * widthPx + x) * 4, (y * widthPx + x) * 4 + 4));

describe('A plain code as PNG', () => {
  it.each(ERROR_CORRECTIONS)(
    'is read by other decoders, filled to the last byte, at level %s',
    async (errorCorrection) => {
      for (const version of SAMPLED_VERSIONS) {
        const text = filling(version, errorCorrection);
        const code = qrMatrix(text, { errorCorrection });
        const image = readPng(plainPng(code, PLAIN_STYLE, { widthPx: (code.size + 8) * 2 }));
        const read = [await qrDecoders.zxing(image), await qrDecoders.jsqr(image)];
        expect([version, ...read]).toEqual([version, text, text]);
      }
    },
  );

  it.each([64, 100, 255, 256, 257, 600])('is exactly %i pixels wide, and each module a square', (widthPx) => {
    const image = readPng(plainPng(matrix, PLAIN_STYLE, { widthPx }));
    expect([image.widthPx, image.heightPx]).toEqual([widthPx, widthPx]);
    const modulePx = Math.floor(widthPx / (matrix.size + 8));
    const edgePx = Math.floor((widthPx - matrix.size * modulePx) / 2);
    expect(edgePx).toBeGreaterThanOrEqual(4 * modulePx);
    const wrong = Array.from(
      { length: widthPx * widthPx },
      (_, at) => [at % widthPx, Math.floor(at / widthPx)] as const,
    ).filter(([x, y]) => {
      const [column, row] = [Math.floor((x - edgePx) / modulePx), Math.floor((y - edgePx) / modulePx)];
      const inside = column >= 0 && row >= 0 && column < matrix.size && row < matrix.size;
      const dark = inside && matrix.modules[row * matrix.size + column] === 1;
      return image.rgba[(y * widthPx + x) * 4] !== (dark ? 0 : 255);
    });
    expect(wrong).toEqual([]);
  });

  it('has the two colours of its style, or one on nothing', () => {
    const style: QrStyle = { ...PLAIN_STYLE, foreground: '#0b3d91', background: '#fff4e0' };
    const colored = readPng(plainPng(matrix, style, { widthPx: 330 }));
    expect(pixelAt(colored, 0, 0)).toEqual([0xff, 0xf4, 0xe0, 255]);
    expect(pixelAt(colored, 51, 51)).toEqual([0x0b, 0x3d, 0x91, 255]);
    const clear = readPng(plainPng(matrix, { ...style, background: TRANSPARENT }, { widthPx: 330 }));
    expect(pixelAt(clear, 0, 0)[3]).toBe(0);
    expect(pixelAt(clear, 51, 51)).toEqual([0x0b, 0x3d, 0x91, 255]);
  });

  it('says how large it prints where millimetres were asked for', () => {
    const image = readPng(plainPng(matrix, PLAIN_STYLE, { widthMm: 50.8, dpi: 300 }));
    expect(image.widthPx).toBe(600);
    const density = image.chunks.find(({ type }) => type === 'pHYs')?.data;
    expect([density?.readUInt32BE(0), density?.readUInt32BE(4), density?.[8]]).toEqual([11_811, 11_811, 1]);
  });

  it('is the same bytes each time', () => {
    const once = plainPng(matrix, PLAIN_STYLE, { widthPx: 600 });
    expect(plainPng(matrix, PLAIN_STYLE, { widthPx: 600 }).equals(once)).toBe(true);
  });

  it('refuses to be smaller than a pixel for each module', async () => {
    const large = qrMatrix('a'.repeat(1_000), { errorCorrection: 'L' });
    const failure = await failureOf(() => plainPng(large, PLAIN_STYLE, { widthPx: 64 }));
    expect(failure).toMatchObject({ word: 'QR_SIZE_TOO_SMALL', details: { min_size: large.size + 8 } });
    expect(readPng(plainPng(large, PLAIN_STYLE, { widthPx: large.size + 8 })).widthPx).toBe(large.size + 8);
  });
});
