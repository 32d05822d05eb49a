import type { Pixels } from './drawing.ts';

/** The picture at most `maxPx` wide and high, each pixel the mean of those it stands for. Smaller ones stay as they are. */
export function shrink(picture: Pixels, maxPx: number): Pixels {
  const ratio = Math.max(picture.widthPx, picture.heightPx) / maxPx;
  if (ratio <= 1) return picture;
  const widthPx = Math.max(1, Math.round(picture.widthPx / ratio));
  const heightPx = Math.max(1, Math.round(picture.heightPx / ratio));
  const rgba = new Uint8Array(widthPx * heightPx * 4);
  const columnAt = (x: number) => Math.floor((x * picture.widthPx) / widthPx);
  const rowAt = (y: number) => Math.floor((y * picture.heightPx) / heightPx);
  for (let y = 0, at = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, at += 4) {
      const area = { left: columnAt(x), right: columnAt(x + 1), top: rowAt(y), bottom: rowAt(y + 1) };
      rgba.set(meanOf(picture, area), at);
    }
  }
  return { widthPx, heightPx, rgba };
}

type Area = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

/** Colours count by how opaque they are, or the colour of empty pixels would bleed into the edges. */
function meanOf({ widthPx, rgba }: Pixels, { left, right, top, bottom }: Area): readonly number[] {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = (y * widthPx + left) * 4; at < (y * widthPx + right) * 4; at += 4) {
      const opacity = rgba[at + 3] ?? 0;
      red += (rgba[at] ?? 0) * opacity;
      green += (rgba[at + 1] ?? 0) * opacity;
      blue += (rgba[at + 2] ?? 0) * opacity;
      alpha += opacity;
    }
  }
  if (alpha === 0) return [0, 0, 0, 0];
  const pixels = (right - left) * (bottom - top);
  return [Math.round(red / alpha), Math.round(green / alpha), Math.round(blue / alpha), Math.round(alpha / pixels)];
}
