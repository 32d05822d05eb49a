import { encodeJpeg } from '../../adapters/jpeg.ts';
import { pictureDecoders } from '../../adapters/picture-decoders.ts';
import { qrDecoders } from '../../adapters/qr-decoders.ts';
import { svgRaster } from '../../adapters/svg-raster.ts';
import { encodeWebp } from '../../adapters/webp.ts';
import type { Pixels } from '../../core/qr/drawing.ts';
import { onPage, WHITE } from '../../core/qr/pixels.ts';
import { pixelsPng } from '../../core/qr/pixels-png.ts';
import { drawBreakable } from '../fixtures/breakable-codes.ts';

const TEXT = 'https://s.example/q/aB7x3Kq?x=ü';
const readers = Object.entries(qrDecoders);
const code = (looks: Parameters<typeof drawBreakable>[1]) => svgRaster(drawBreakable(TEXT, looks), 240);
const square = (fill: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="1" height="1" fill="${fill}"/></svg>`;
const first = ({ rgba }: Pixels) => Array.from(rgba.subarray(0, 4));

const FILES = {
  png: async (picture: Pixels) => pixelsPng(picture),
  jpeg: encodeJpeg,
  webp: encodeWebp,
};
const formats = ['png', 'jpeg', 'webp'] as const;

describe('An SVG as pixels', () => {
  it('is as wide as asked, and as high as its shape makes it', async () => {
    const { widthPx, heightPx, rgba } = await svgRaster(square('#102030'), 100);
    expect([widthPx, heightPx, rgba.length]).toEqual([100, 50, 100 * 50 * 4]);
  });

  it('has colours that are not multiplied by their alpha', async () => {
    const picture = await svgRaster(square('rgba(200, 100, 0, 0.5)'), 4);
    const [red = 0, green = 0, blue, alpha = 0] = first(picture);
    expect([Math.round(red / 10), Math.round(green / 10), blue, Math.round(alpha / 10)]).toEqual([20, 10, 0, 13]);
    expect(Array.from(picture.rgba.subarray(12, 16))).toEqual([0, 0, 0, 0]);
  });

  it('shows a PNG that is within it, and nothing from outside', async () => {
    const png = pixelsPng({ widthPx: 1, heightPx: 1, rgba: Uint8Array.of(9, 8, 7, 255) });
    const image = (href: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><image width="4" height="4" href="${href}"/></svg>`;
    expect(first(await svgRaster(image(`data:image/png;base64,${png.toString('base64')}`), 4))).toEqual([9, 8, 7, 255]);
    for (const href of ['https://example.com/a.png', 'file:///etc/passwd', __filename])
      expect(first(await svgRaster(image(href), 4))).toEqual([0, 0, 0, 0]);
  });

  it('is refused where it is none, and the next one is drawn', async () => {
    await expect(svgRaster('<svg', 10)).rejects.toBeDefined();
    expect(first(await svgRaster(square('#102030'), 10))).toEqual([16, 32, 48, 255]);
  });
});

describe.each(readers)('%s', (_, decode) => {
  it('reads a code', async () => {
    expect(await decode(onPage(await code({}), WHITE))).toBe(TEXT);
  });

  it.each([
    ['light on dark', { foreground: '#ffffff', background: '#000000' }],
    ['hidden beyond repair', { hidden: 0.5 }],
  ])('finds nothing in one %s', async (_looks, looks) => {
    expect(await decode(onPage(await code(looks), WHITE))).toBeNull();
  });

  it('finds nothing in an empty picture', async () => {
    expect(await decode({ widthPx: 60, heightPx: 60, rgba: new Uint8Array(60 * 60 * 4).fill(255) })).toBeNull();
  });
});

describe.each(formats)('A code as %s', (format) => {
  it.each([
    ['of two colours', {}],
    ['with a gradient of very many', { lightStop: '#803020', dot: 'circle' }],
  ] as const)('%s is read again from the file', async (_, looks) => {
    const file = await FILES[format](await code(looks));
    const again = await pictureDecoders[format](file);
    expect([again.widthPx, again.heightPx]).toEqual([240, 240]);
    for (const [, decode] of readers) expect(await decode(onPage(again, WHITE))).toBe(TEXT);
  });

  it('has the same bytes each time', async () => {
    const picture = await code({ lightStop: '#803020' });
    expect(Buffer.compare(await FILES[format](picture), await FILES[format](picture))).toBe(0);
  });

  it(`${format === 'jpeg' ? 'is white' : 'is empty'} where the picture is transparent`, async () => {
    const picture = await code({ background: 'none' });
    const again = await pictureDecoders[format](await FILES[format](picture));
    expect(first(again)[3]).toBe(format === 'jpeg' ? 255 : 0);
    if (format === 'jpeg') expect(first(again)).toEqual([255, 255, 255, 255]);
    expect(await qrDecoders.zxing(onPage(again, WHITE))).toBe(TEXT);
  });
});

describe('A PNG of pixels', () => {
  const colors = (count: number, alpha: number): Pixels => {
    const rgba = new Uint8Array(count * 4);
    for (let i = 0; i < count; i++) rgba.set([i & 255, i >> 8, 7, i === 0 ? alpha : 255], i * 4);
    return { widthPx: count, heightPx: 1, rgba };
  };
  const colorType = (png: Buffer) => png[25];

  it.each([
    [256, 255, 3, 'a palette'],
    [256, 128, 3, 'a palette with alphas'],
    [257, 255, 2, 'three bytes a pixel'],
    [257, 128, 6, 'four bytes a pixel'],
  ])('of %i colours, the first with alpha %i, is of type %i: %s', async (count, alpha, type) => {
    const picture = colors(count, alpha);
    const png = pixelsPng(picture);
    expect(colorType(png)).toBe(type);
    expect((await pictureDecoders.png(png)).rgba).toEqual(picture.rgba);
  });

  it('is the same from memory that begins anywhere', () => {
    const { rgba, ...size } = colors(9, 255);
    const shifted = Buffer.concat([Uint8Array.of(1), rgba]).subarray(1);
    expect(pixelsPng({ ...size, rgba: shifted })).toEqual(pixelsPng({ ...size, rgba }));
  });

  it('says how large it prints where that was asked', () => {
    const at = pixelsPng(colors(2, 255), { widthMm: 30, dpi: 300 }).indexOf('pHYs');
    expect(at).toBeGreaterThan(0);
    expect(pixelsPng(colors(2, 255), { widthMm: 30, dpi: 300 }).readUInt32BE(at + 4)).toBe(11_811);
    expect(pixelsPng(colors(2, 255), { widthPx: 2 }).includes('pHYs')).toBe(false);
  });
});
