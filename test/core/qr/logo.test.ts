import { deflateSync } from 'node:zlib';
import { encodeJpeg } from '../../../adapters/jpeg.ts';
import { pictureDecoders } from '../../../adapters/picture-decoders.ts';
import { encodeWebp } from '../../../adapters/webp.ts';
import { Failure } from '../../../core/errors.ts';
import type { Pixels } from '../../../core/qr/drawing.ts';
import { LOGO_KEPT_PX, readLogo } from '../../../core/qr/logo.ts';
import { LOGO_MAX_BYTES, logoHeader } from '../../../core/qr/logo-header.ts';
import { pixelsPng } from '../../../core/qr/pixels-png.ts';
import { pngChunk, pngHeader, pngOf } from '../../fixtures/png-writer.ts';

/** Red on the left, blue on the right. */
function picture(widthPx: number, heightPx: number, alpha = 255): Pixels {
  const rgba = new Uint8Array(widthPx * heightPx * 4);
  for (let i = 0; i < widthPx * heightPx; i++)
    rgba.set(i % widthPx < widthPx / 2 ? [220, 0, 0, alpha] : [0, 0, 220, alpha], i * 4);
  return { widthPx, heightPx, rgba };
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const read = (file: Uint8Array): Promise<Pixels> => readLogo(pictureDecoders, file);
const pixelAt = ({ widthPx, rgba }: Pixels, x: number, y: number) =>
  Array.from(rgba.subarray((y * widthPx + x) * 4, (y * widthPx + x) * 4 + 4));

/** What a refusal says; fails where the file is taken or something else is thrown. */
async function refusal(file: Uint8Array): Promise<string> {
  const failure = await read(file).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(failure instanceof Failure) || failure.word !== 'LOGO_REFUSED')
    throw new Error('It was not refused', { cause: failure });
  return failure.message;
}

/** A JPEG with a segment of this kind behind its first two bytes. */
const withSegment = (jpeg: Uint8Array, marker: number, data: Uint8Array): Buffer => {
  const length = data.length + 2;
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Uint8Array.of(0xff, marker, length >> 8, length & 0xff),
    data,
    jpeg.subarray(2),
  ]);
};

describe('A logo', () => {
  it.each([
    ['PNG', async (pixels: Pixels) => pixelsPng(pixels)],
    ['WebP', encodeWebp],
  ])('is read pixel by pixel from %s', async (_, encode) => {
    const pixels = picture(40, 30, 128);
    expect(await read(await encode(pixels))).toEqual({ ...pixels, rgba: expect.any(Uint8Array) });
    expect(Buffer.compare((await read(await encode(pixels))).rgba, pixels.rgba)).toBe(0);
  });

  it('is read from JPEG, in about its colours', async () => {
    const logo = await read(await encodeJpeg(picture(40, 30)));
    const [red = 0, , blue = 0] = pixelAt(logo, 5, 5);
    expect(red).toBeGreaterThan(200);
    expect(blue).toBeLessThan(20);
  });

  it('stands upright when the camera lay on its side', async () => {
    const orientation = Buffer.concat([
      latin1('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01'),
      Uint8Array.of(0, 6, 0, 0),
      Buffer.alloc(4),
    ]);
    const turned = await read(withSegment(await encodeJpeg(picture(40, 30)), 0xe1, orientation));
    expect([turned.widthPx, turned.heightPx]).toEqual([30, 40]);
    expect(pixelAt(turned, 15, 5)[0]).toBeGreaterThan(200);
    expect(pixelAt(turned, 15, 35)[2]).toBeGreaterThan(200);
  });

  it(`is kept at most ${LOGO_KEPT_PX} pixels wide, without colour from what is transparent`, async () => {
    const pixels = picture(1600, 800);
    for (let i = 3; i < pixels.rgba.length; i += 8) pixels.rgba.set([0, 255, 0, 0], i - 3);
    const logo = await read(pixelsPng(pixels));
    expect([logo.widthPx, logo.heightPx]).toEqual([512, 256]);
    const [red, green] = pixelAt(logo, 10, 10);
    expect([red, green]).toEqual([220, 0]);
  });

  it('keeps nothing of the file but the pixels', async () => {
    const secret = 'GPS 52.52,13.40 <script>alert(1)</script> PK\x03\x04';
    const header = pngHeader({ widthPx: 4, heightPx: 4, colorType: 0, depth: 8 });
    const data = pngChunk('IDAT', deflateSync(Buffer.alloc(20)));
    const png = Buffer.concat([pngOf(header, pngChunk('tEXt', latin1(`Comment\0${secret}`)), data), latin1(secret)]);
    const jpeg = Buffer.concat([withSegment(await encodeJpeg(picture(4, 4)), 0xfe, latin1(secret)), latin1(secret)]);
    for (const file of [png, jpeg]) {
      const kept = pixelsPng(await read(file));
      for (const word of ['GPS', 'script', 'PK', 'tEXt']) expect(kept.includes(word)).toBe(false);
      expect(await read(kept)).toMatchObject({ widthPx: 4, heightPx: 4 });
    }
  });

  it('may be an animation in PNG, of which the still picture is taken', async () => {
    const header = pngHeader({ widthPx: 2, heightPx: 2, colorType: 0, depth: 8 });
    const control = Buffer.alloc(8);
    control.writeUInt32BE(3);
    const file = pngOf(
      header,
      pngChunk('acTL', control),
      pngChunk('fcTL', Buffer.alloc(26)),
      pngChunk('IDAT', deflateSync(Buffer.alloc(6))),
      pngChunk('fdAT', Buffer.alloc(40)),
    );
    expect(await read(file)).toMatchObject({ widthPx: 2, heightPx: 2 });
  });
});

describe('A logo is refused before anything is decoded', () => {
  const header = (widthPx: number, heightPx: number) => pngOf(pngHeader({ widthPx, heightPx, colorType: 6, depth: 8 }));
  const jpegHeader = (widthPx: number, heightPx: number, components = 1) =>
    Uint8Array.of(
      0xff,
      0xd8,
      0xff,
      0xc0,
      0,
      11,
      8,
      heightPx >> 8,
      heightPx & 255,
      widthPx >> 8,
      widthPx & 255,
      components,
      1,
      0x11,
      0,
    );
  const webp = (chunk: string, body: Uint8Array) => {
    const file = Buffer.concat([latin1(`RIFF\0\0\0\0WEBP${chunk}\0\0\0\0`), body, Buffer.alloc(30)]);
    file.writeUInt32LE(file.length - 8, 4);
    return file;
  };
  const canvas = (flags: number) => webp('VP8X', Uint8Array.of(flags, 0, 0, 0, 0x2f, 0x75, 0, 0x2f, 0x75, 0));

  it.each([
    ['a PNG of 30,000 × 30,000', header(30_000, 30_000), '30000 × 30000'],
    ['a PNG one pixel too wide', header(2049, 1), '2049 × 1'],
    ['a PNG as wide as a number can be', header(0xffff_ffff, 1), '4294967295'],
    ['a PNG without pixels', header(0, 10), 'no pixels'],
    ['a JPEG of 65,535 × 65,535', jpegHeader(65_535, 65_535), '65535 × 65535'],
    ['a JPEG whose height comes later', jpegHeader(100, 0), 'no pixels'],
    ['a JPEG that begins with a scan', Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0), 'no frame'],
    [
      'a JPEG with bytes between its segments',
      Buffer.concat([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 2, 0), jpegHeader(9, 9)]),
      'no frame',
    ],
    ['a JPEG that is nothing but its beginning', Uint8Array.of(0xff, 0xd8, 0xff), 'no frame'],
    ['a JPEG in the colours of print', jpegHeader(10, 10, 4), 'CMYK'],
    ['a WebP of 30,000 × 30,000', canvas(0), '30000 × 30000'],
    [
      'a WebP of 16,384 × 16,384 without loss',
      webp('VP8L', Uint8Array.of(0x2f, 0xff, 0xff, 0xff, 0x0f)),
      '16384 × 16384',
    ],
    [
      'a WebP of 16,383 × 16,383 with loss',
      webp('VP8 ', Uint8Array.of(0, 0, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f)),
      '16383 × 16383',
    ],
    ['a moving WebP', canvas(2), 'moves'],
    ['a WebP of an unknown kind', webp('VP9 ', new Uint8Array(20)), 'no valid WebP'],
    ['an SVG', latin1('\xef\xbb\xbf <svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'SVG'],
    ['an SVG with a prologue', latin1('<?xml version="1.0"?><!DOCTYPE svg>'), 'SVG'],
    ['a web page', latin1('<!doctype html><title>x</title>'), 'markup'],
    ['a GIF', latin1('GIF89a\x01\0\x01\0\0\0\0;'), 'GIF'],
    ['a PDF', latin1('%PDF-1.7'), 'neither'],
    ['a bitmap', latin1('BM6\0\0\0'), 'neither'],
    ['nothing', new Uint8Array(), 'neither'],
    ['a PNG after a space', Buffer.concat([latin1(' '), header(1, 1)]), 'neither'],
    ['a file over the limit', Buffer.concat([header(1, 1), Buffer.alloc(LOGO_MAX_BYTES)]), 'bytes'],
  ])('%s', async (_, file, says) => {
    expect(() => logoHeader(file)).toThrow(says);
    expect(await refusal(file)).toContain(says);
  });

  it('a JPEG of very many scans, each a walk over all of it', async () => {
    const scans = Buffer.concat(Array.from({ length: 80 }, () => Uint8Array.of(0xff, 0xda)));
    expect(await refusal(withSegment(await encodeJpeg(picture(9, 9)), 0xfe, scans))).toContain('scans');
  });
});

describe('A logo is refused by what its bytes turn out to be', () => {
  it.each([
    ['PNG', async () => pixelsPng(picture(64, 64))],
    ['JPEG', () => encodeJpeg(picture(64, 64))],
    ['WebP', () => encodeWebp(picture(64, 64))],
  ])('a %s that is cut off, wherever', async (_, make) => {
    const file = await make();
    for (const share of [0.1, 0.3, 0.5, 0.7, 0.9])
      expect(await refusal(file.subarray(0, Math.floor(file.length * share)))).not.toBe('');
    expect(await refusal(file.subarray(0, file.length - 2))).toMatch(/cut off|broken/);
  });

  it('a PNG that inflates to more than its pixels, at no cost', async () => {
    const bomb = pngOf(
      pngHeader({ widthPx: 2048, heightPx: 2048, colorType: 6, depth: 16 }),
      pngChunk('IDAT', deflateSync(Buffer.alloc(120_000_000), { level: 1 })),
    );
    const before = process.cpuUsage();
    expect(await refusal(bomb)).toContain('broken');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(1);
  });

  it.each([
    ['a PNG', 'IHDR', pngHeader({ widthPx: 3000, heightPx: 3000, colorType: 0, depth: 1 })],
    ['a PNG', 'PLTE', pngChunk('PLTE', Buffer.alloc(3))],
  ])('%s that says its %s twice, of which only the first was looked at', async (_, type, second) => {
    const header = pngHeader({ widthPx: 16, heightPx: 16, colorType: 0, depth: 1 });
    const data = pngChunk('IDAT', deflateSync(Buffer.alloc(376 * 3000)));
    const file = pngOf(header, pngChunk('PLTE', Buffer.alloc(3)), second, data);
    const reading = pictureDecoders.png(file);
    await expect(reading).rejects.toThrow(`more than one ${type}`);
    expect(await refusal(file)).toContain('broken');
  });

  it('a JPEG whose bytes are noise behind a good header, again and again, and the next good one is read', async () => {
    const good = await encodeJpeg(picture(64, 64));
    const noisy = Uint8Array.from(good, (byte, at) => (at > 40 ? (byte * 31 + at) % 256 : byte));
    for (let i = 0; i < 3; i++) expect(await refusal(noisy)).not.toBe('');
    expect(await read(good)).toMatchObject({ widthPx: 64 });
  });
});
