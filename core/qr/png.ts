import { deflateSync } from 'node:zlib';
import { Failure } from '../errors.ts';
import { rgbOf } from './color.ts';
import type { QrMatrix } from './matrix.ts';
import { chunk, header, INDEXED, png, resolutionChunks } from './png-file.ts';
import type { QrSize } from './size.ts';
import { widthInPx } from './size.ts';
import type { QrStyle } from './style.ts';
import { TRANSPARENT } from './style.ts';

/** PNG filter types: a row as it is, or as its difference from the row above. */
const [AS_IS, FROM_ABOVE] = [0, 2];

/**
 * A plain code (`isPlain`) as a PNG of one bit for each pixel, exactly as wide as asked. Modules are whole pixels; what is left
 * over widens the quiet zone. Throws QR_SIZE_TOO_SMALL where a module would have no pixel.
 */
export function plainPng(matrix: QrMatrix, style: QrStyle, size: QrSize): Buffer {
  const widthPx = widthInPx(size);
  const background = style.background === TRANSPARENT ? '#ffffff' : style.background;
  return png([
    chunk('IHDR', header(widthPx, widthPx, 1, INDEXED)),
    ...resolutionChunks(size),
    chunk('PLTE', Buffer.from([...rgbOf(background), ...rgbOf(style.foreground)])),
    ...(style.background === TRANSPARENT ? [chunk('tRNS', Buffer.from([0]))] : []),
    chunk('IDAT', deflateSync(bitRows(matrix, style.marginModules, widthPx))),
  ]);
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
