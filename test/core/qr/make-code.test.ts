import { pictureDecoders } from '../../../adapters/picture-decoders.ts';
import { qrMaking } from '../../../adapters/qr-making.ts';
import { noStyleScores } from '../../../adapters/style-scores.ts';
import type { QrRequest } from '../../../core/qr/make-code.ts';
import { drawQr } from '../../../core/qr/make-code.ts';
import { fileOf } from '../../../core/qr/qr-file.ts';
import { PLAIN_STYLE } from '../../../core/qr/style.ts';

const REQUEST: QrRequest = {
  content: 'HI',
  title: 'QR code',
  logo: null,
  format: 'jpeg',
  size: { widthPx: 200 },
  errorCorrection: 'M',
  style: PLAIN_STYLE,
};
const STYLED = { ...PLAIN_STYLE, dots: { shape: 'rounded', scale: 1 } } as const;

it('A code that is not plain is never of version 1, whose round eyes are overlooked', () => {
  const versionOf = (style: QrRequest['style']) => drawQr({ ...REQUEST, style }).matrix.version;
  expect([versionOf(PLAIN_STYLE), versionOf(STYLED)]).toEqual([1, 2]);
});

describe('A JPEG', () => {
  /** The JFIF segment that it begins with: its unit, and pixels across and down. */
  const density = (file: Uint8Array) => {
    const bytes = Buffer.from(file);
    expect(bytes.subarray(0, 11).toString('latin1')).toBe('\xff\xd8\xff\xe0\0\x10JFIF\0');
    return [bytes[13], bytes.readUInt16BE(14), bytes.readUInt16BE(16)];
  };
  const made = async (size: QrRequest['size']) => {
    const request = { ...REQUEST, size };
    return fileOf(qrMaking(noStyleScores), drawQr(request), request);
  };

  it.each([36, 300, 2_400])('for print says that it has %i pixels an inch', async (dpi) => {
    const { bytes, widthPx } = await made({ widthMm: 25.4, dpi });
    expect([widthPx, ...density(bytes)]).toEqual([dpi, 1, dpi, dpi]);
    expect(await pictureDecoders.jpeg(bytes)).toMatchObject({ widthPx: dpi });
  });

  it('in pixels says nothing of inches', async () => {
    expect(density((await made({ widthPx: 200 })).bytes)).toEqual([0, 1, 1]);
  });
});
