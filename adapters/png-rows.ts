import type { PngHeader, PngPass } from './png-header.ts';

/** How many bytes all rows have, each with the byte that names its filter. */
export const bytesOfRows = ({ passes }: PngHeader): number =>
  passes.reduce((sum, { height, rowBytes }) => sum + height * (1 + rowBytes), 0);

/** Takes the filters back in place, row by row, and hands over each row with its pass. Throws on an unknown filter. */
export function eachRow(
  header: PngHeader,
  filtered: Uint8Array,
  take: (row: Uint8Array, pass: PngPass, index: number) => void,
): void {
  const pixelBytes = Math.max(1, (header.color.samples * header.depth) >> 3);
  let at = 0;
  for (const pass of header.passes) {
    let above: Uint8Array = new Uint8Array(pass.rowBytes);
    for (let index = 0; index < pass.height; index++, at += 1 + pass.rowBytes) {
      const row = filtered.subarray(at + 1, at + 1 + pass.rowBytes);
      unfilter(filtered[at] ?? 0, row, above, pixelBytes);
      take(row, pass, index);
      above = row;
    }
  }
}

/** Filters 0–4: none, left, above, the mean of both, and Paeth's choice of left, above and the corner between. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  if (filter > 4) throw new Error(`There is no filter ${filter}.`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < pixelBytes ? 0 : (row[i - pixelBytes] ?? 0);
    const up = above[i] ?? 0;
    const corner = i < pixelBytes ? 0 : (above[i - pixelBytes] ?? 0);
    row[i] = (row[i] ?? 0) + predicted(filter, left, up, corner);
  }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  return filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
}

function paeth(left: number, up: number, corner: number): number {
  const [fromLeft, fromUp, fromCorner] = [
    Math.abs(up - corner),
    Math.abs(left - corner),
    Math.abs(left + up - 2 * corner),
  ];
  if (fromLeft <= fromUp && fromLeft <= fromCorner) return left;
  return fromUp <= fromCorner ? up : corner;
}
