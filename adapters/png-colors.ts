import type { PngHeader } from './png-header.ts';

/** What PLTE and tRNS hold; empty where there is no such chunk. */
export type PngColors = { readonly palette: Uint8Array; readonly transparency: Uint8Array };

/** Writes the colour of the pixel at a place of a row to `rgba`. */
export type PutColor = (row: Uint8Array, index: number, rgba: Uint8Array, at: number) => void;

/** How pixels of this kind become four bytes. Throws where the palette is missing or not one. */
export function colorWriter({ color, depth }: PngHeader, { palette, transparency }: PngColors): PutColor {
  const highest = 2 ** depth - 1;
  const sample = samplesOf(depth);
  const byte = (value: number): number => Math.round((value * 255) / highest);
  // The one colour that is transparent, as samples of 16 bits.
  const keyed = transparency.length >= 2 * color.samples;
  const key = (channel: number): number =>
    ((transparency[2 * channel] ?? 0) << 8) | (transparency[2 * channel + 1] ?? 0);

  switch (color.name) {
    case 'gray':
      return (row, index, rgba, at) => {
        const value = sample(row, index);
        rgba.fill(byte(value), at, at + 3);
        rgba[at + 3] = keyed && value === key(0) ? 0 : 255;
      };
    case 'gray-alpha':
      return (row, index, rgba, at) => {
        rgba.fill(byte(sample(row, 2 * index)), at, at + 3);
        rgba[at + 3] = byte(sample(row, 2 * index + 1));
      };
    case 'rgb':
      return (row, index, rgba, at) => {
        let differs = !keyed;
        for (let channel = 0; channel < 3; channel++) {
          const value = sample(row, 3 * index + channel);
          rgba[at + channel] = byte(value);
          differs ||= value !== key(channel);
        }
        rgba[at + 3] = differs ? 255 : 0;
      };
    case 'rgba':
      return (row, index, rgba, at) => {
        for (let channel = 0; channel < 4; channel++) rgba[at + channel] = byte(sample(row, 4 * index + channel));
      };
    case 'indexed':
      if (palette.length === 0 || palette.length > 768 || palette.length % 3 !== 0)
        throw new Error('The palette is no palette.');
      return (row, index, rgba, at) => {
        const place = sample(row, index);
        if (3 * place >= palette.length) throw new Error(`The palette has no colour ${place}.`);
        for (let channel = 0; channel < 3; channel++) rgba[at + channel] = palette[3 * place + channel] ?? 0;
        rgba[at + 3] = transparency[place] ?? 255;
      };
  }
}

function samplesOf(depth: number): (row: Uint8Array, index: number) => number {
  if (depth === 8) return (row, index) => row[index] ?? 0;
  if (depth === 16) return (row, index) => ((row[2 * index] ?? 0) << 8) | (row[2 * index + 1] ?? 0);
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  return (row, index) => ((row[Math.floor(index / perByte)] ?? 0) >> (8 - depth * ((index % perByte) + 1))) & mask;
}
