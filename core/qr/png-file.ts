import { crc32 } from 'node:zlib';
import type { QrSize } from './size.ts';
import { resolution } from './size.ts';

/** Colour types: places in a palette, three and four samples for each pixel. */
export const [INDEXED, RGB, RGBA] = [3, 2, 6];

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const INCHES_PER_METRE = 1000 / 25.4;

/** Files that say how large they print; pixels alone say nothing. */
export function resolutionChunks(size: QrSize): readonly Buffer[] {
  const dpi = resolution(size);
  if (dpi === null) return [];
  const data = Buffer.alloc(9);
  const perMetre = Math.round(dpi * INCHES_PER_METRE);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data[8] = 1;
  return [chunk('pHYs', data)];
}

export function header(widthPx: number, heightPx: number, bitDepth: number, colorType: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(widthPx, 0);
  data.writeUInt32BE(heightPx, 4);
  data[8] = bitDepth;
  data[9] = colorType;
  return data;
}

export function chunk(type: 'IHDR' | 'PLTE' | 'tRNS' | 'pHYs' | 'IDAT' | 'IEND', data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** The file of these chunks; the last one is added. */
export const png = (chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
