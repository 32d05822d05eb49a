import { crc32, deflateSync } from 'node:zlib';
import { Failure } from '../errors.ts';
import { rgbOf } from './color.ts';
import type { Pixels } from './drawing.ts';
import type { QrMatrix } from './matrix.ts';
import type { QrSize } from './size.ts';
import { resolution, widthInPx } from './size.ts';
import type { QrStyle } from './style.ts';
import { TRANSPARENT } from './style.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PALETTE_TYPE = 3;
const RGBA_TYPE = 6;
/** PNG filter types: a row as it is, or as its difference from the pixel before or the row above. */
const [AS_IS, FROM_LEFT, FROM_ABOVE] = [0, 1, 2];
const INCHES_PER_METRE = 1000 / 25.4;

/**
 * A plain code (`isPlain`) as a PNG of one bit for each pixel, exactly as wide as asked. Modules are whole pixels; what is left
 * over widens the quiet zone. Throws QR_SIZE_TOO_SMALL where a module would have no pixel.
 */
export function plainPng(matrix: QrMatrix, style: QrStyle, size: QrSize): Buffer {
  const widthPx = widthInPx(size);
  const background = style.background === TRANSPARENT ? '#ffffff' : style.background;
  return png([
    chunk('IHDR', header(widthPx, widthPx, 1, PALETTE_TYPE)),
    ...resolutionChunks(size),
    chunk('PLTE', Buffer.from([...rgbOf(background), ...rgbOf(style.foreground)])),
    ...(style.background === TRANSPARENT ? [chunk('tRNS', Buffer.from([0]))] : []),
    chunk('IDAT', deflateSync(bitRows(matrix, style.marginModules, widthPx))),
  ]);
}

/** Any picture as a PNG of 32 bits for each pixel. */
export function pixelsPng({ widthPx, heightPx, rgba }: Pixels): Buffer {
  const stride = widthPx * 4;
  const rows = Buffer.alloc((stride + 1) * heightPx);
  for (let row = 0; row < heightPx; row++) {
    const at = row * (stride + 1);
    rows[at] = FROM_LEFT;
    for (let byte = 0; byte < stride; byte++) {
      const from = row * stride + byte;
      rows[at + 1 + byte] = (rgba[from] ?? 0) - (byte < 4 ? 0 : (rgba[from - 4] ?? 0));
    }
  }
  return png([chunk('IHDR', header(widthPx, heightPx, 8, RGBA_TYPE)), chunk('IDAT', deflateSync(rows))]);
}

/** All rows of a module look alike: the first is written, the others are no different from the one above. */
function bitRows({ size, modules }: QrMatrix, marginModules: number, widthPx: number): Buffer {
  const modulePx = Math.floor(widthPx / (size + 2 * marginModules));
  if (modulePx < 1) throw sizeTooSmall(widthPx, size + 2 * marginModules);
  const edgePx = Math.floor((widthPx - size * modulePx) / 2);
  const bytesPerRow = Math.ceil(widthPx / 8) + 1;
  const rows = Buffer.alloc(bytesPerRow * widthPx);
  for (let rowPx = 1; rowPx < widthPx; rowPx++) rows[rowPx * bytesPerRow] = FROM_ABOVE;
  for (let row = 0; row < size; row++) {
    const at = (edgePx + row * modulePx) * bytesPerRow;
    rows[at] = AS_IS;
    for (let column = 0; column < size; column++) {
      if (modules[row * size + column] === 0) continue;
      const left = edgePx + column * modulePx;
      for (let pixel = left; pixel < left + modulePx; pixel++) {
        const byte = at + 1 + (pixel >> 3);
        rows[byte] = (rows[byte] ?? 0) | (0x80 >> (pixel & 7));
      }
    }
  }
  const below = (edgePx + size * modulePx) * bytesPerRow;
  if (below < rows.length) rows[below] = AS_IS;
  return rows;
}

export const sizeTooSmall = (widthPx: number, minPx: number): Failure =>
  new Failure(
    'QR_SIZE_TOO_SMALL',
    { min_size: minPx },
    { detail: `The code needs ${minPx} pixels with its quiet zone, one for each module; ${widthPx} were asked for.` },
  );

/** Files that say how large they print; pixels alone say nothing. */
function resolutionChunks(size: QrSize): readonly Buffer[] {
  const dpi = resolution(size);
  if (dpi === null) return [];
  const data = Buffer.alloc(9);
  const perMetre = Math.round(dpi * INCHES_PER_METRE);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data[8] = 1;
  return [chunk('pHYs', data)];
}

function header(widthPx: number, heightPx: number, bitDepth: number, colorType: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(widthPx, 0);
  data.writeUInt32BE(heightPx, 4);
  data[8] = bitDepth;
  data[9] = colorType;
  return data;
}

function chunk(type: 'IHDR' | 'PLTE' | 'tRNS' | 'pHYs' | 'IDAT' | 'IEND', data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

const png = (chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
