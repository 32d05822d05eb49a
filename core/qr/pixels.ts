import type { Rgb } from './color.ts';
import type { Pixels } from './drawing.ts';

/** A picture as rows of brightness, from 0 for black to 255 for white. */
export type Gray = { readonly widthPx: number; readonly heightPx: number; readonly luma: Uint8Array };

export const WHITE: Rgb = [255, 255, 255];

export function isOpaque({ rgba }: Pixels): boolean {
  for (let at = 3; at < rgba.length; at += 4) if (rgba[at] !== 255) return false;
  return true;
}

/** The picture laid on a page of one colour; nothing of it is transparent any more. The same picture where nothing was. */
export function onPage(picture: Pixels, page: Rgb): Pixels {
  if (isOpaque(picture)) return picture;
  const { widthPx, heightPx, rgba } = picture;
  const flat = new Uint8Array(rgba);
  for (let at = 0; at < flat.length; at += 4) {
    const alpha = (flat[at + 3] ?? 0) / 255;
    if (alpha === 1) continue;
    for (let channel = 0; channel < 3; channel++) {
      flat[at + channel] = Math.round((flat[at + channel] ?? 0) * alpha + (page[channel] ?? 0) * (1 - alpha));
    }
    flat[at + 3] = 255;
  }
  return { widthPx, heightPx, rgba: flat };
}

/** Brightness by the weights of Rec. 709, on a white page. */
export function grayOf({ widthPx, heightPx, rgba }: Pixels): Gray {
  const luma = new Uint8Array(widthPx * heightPx);
  for (let i = 0, at = 0; i < luma.length; i++, at += 4) {
    const alpha = (rgba[at + 3] ?? 0) / 255;
    const brightness = 0.2126 * (rgba[at] ?? 0) + 0.7152 * (rgba[at + 1] ?? 0) + 0.0722 * (rgba[at + 2] ?? 0);
    luma[i] = Math.round(brightness * alpha + 255 * (1 - alpha));
  }
  return { widthPx, heightPx, luma };
}

export function pixelsOf({ widthPx, heightPx, luma }: Gray): Pixels {
  const rgba = new Uint8Array(luma.length * 4);
  for (let i = 0, at = 0; i < luma.length; i++, at += 4) {
    rgba.fill(luma[i] ?? 0, at, at + 3);
    rgba[at + 3] = 255;
  }
  return { widthPx, heightPx, rgba };
}
