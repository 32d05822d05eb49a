import { deflateSync } from 'node:zlib';
import type { Pixels } from './drawing.ts';
import { isOpaque } from './pixels.ts';
import { chunk, header, INDEXED, png, RGB, RGBA, resolutionChunks } from './png-file.ts';
import type { QrSize } from './size.ts';

const MAX_COLORS = 256;

/**
 * Any picture as a PNG; with `size` it says how large it prints. Of at most 256 colours (every code without a gradient or logo)
 * a byte for each pixel and a palette, else three, or four where something is transparent. No row filters: of codes, also with
 * gradients, every filter made larger files (measured: 104 KB without, 140 to 146 KB with).
 */
export function pixelsPng(picture: Pixels, size?: QrSize): Buffer {
  const words = wordsOf(picture.rgba);
  const palette = paletteOf(words);
  const opaque = isOpaque(picture);
  const type = palette !== null ? INDEXED : opaque ? RGB : RGBA;
  const rows = palette !== null ? indexedRows(picture, words, palette) : sampleRows(picture, opaque ? 3 : 4);
  return png([
    chunk('IHDR', header(picture.widthPx, picture.heightPx, 8, type)),
    ...(size === undefined ? [] : resolutionChunks(size)),
    ...(palette === null ? [] : paletteChunks(palette, opaque)),
    chunk('IDAT', deflateSync(rows)),
  ]);
}

/** The same memory as one number for each pixel; copied where it does not begin at a multiple of four. */
function wordsOf(rgba: Uint8Array): Uint32Array {
  const aligned = rgba.byteOffset % 4 === 0 ? rgba : Uint8Array.from(rgba);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** Four bytes of a pixel as one number → its place. */
type Palette = ReadonlyMap<number, number>;

/** Null where there are too many colours. Neighbours are mostly equal. */
function paletteOf(words: Uint32Array): Palette | null {
  const places = new Map<number, number>();
  let previous = -1;
  for (const word of words) {
    if (word === previous) continue;
    previous = word;
    if (places.has(word)) continue;
    if (places.size === MAX_COLORS) return null;
    places.set(word, places.size);
  }
  return places;
}

function paletteChunks(palette: Palette, opaque: boolean): readonly Buffer[] {
  const colors = Buffer.from(Uint32Array.from(palette.keys()).buffer);
  const pixels = Array.from({ length: palette.size }, (_, place) => colors.subarray(4 * place, 4 * place + 4));
  const rgb = Buffer.concat(pixels.map((pixel) => pixel.subarray(0, 3)));
  const alpha = Buffer.concat(pixels.map((pixel) => pixel.subarray(3)));
  return [chunk('PLTE', rgb), ...(opaque ? [] : [chunk('tRNS', alpha)])];
}

/** Each row begins with its filter, 0 for none. */
function indexedRows({ widthPx, heightPx }: Pixels, words: Uint32Array, palette: Palette): Buffer {
  const rows = Buffer.alloc((widthPx + 1) * heightPx);
  let [previous, place] = [-1, 0];
  for (let row = 0, from = 0; row < heightPx; row++) {
    for (let at = row * (widthPx + 1) + 1; at < (row + 1) * (widthPx + 1); at++, from++) {
      const word = words[from] ?? 0;
      if (word !== previous) place = palette.get(word) ?? 0;
      previous = word;
      rows[at] = place;
    }
  }
  return rows;
}

function sampleRows({ widthPx, heightPx, rgba }: Pixels, samples: 3 | 4): Buffer {
  const rows = Buffer.alloc((widthPx * samples + 1) * heightPx);
  for (let row = 0, at = 0, from = 0; row < heightPx; row++) {
    at++;
    for (let column = 0; column < widthPx; column++, from += 4) {
      for (let sample = 0; sample < samples; sample++) rows[at++] = rgba[from + sample] ?? 0;
    }
  }
  return rows;
}
