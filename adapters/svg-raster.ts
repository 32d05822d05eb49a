import { initWasm, Resvg } from '@resvg/resvg-wasm';
import type { Pixels } from '../core/qr/drawing.ts';
import type { Rasterize } from '../core/qr/raster.ts';
import { wasmFile } from './wasm-file.ts';

/** The package can be started once per process. */
let starting: Promise<void> | undefined;

const start = (): Promise<void> => {
  starting ??= wasmFile('@resvg/resvg-wasm/index_bg.wasm').then(initWasm);
  return starting;
};

/** Draws with resvg: no fonts, no files, no network. */
export const svgRaster: Rasterize = async (svg, widthPx) => {
  await start();
  const drawing = new Resvg(svg, { fitTo: { mode: 'width', value: widthPx }, font: { loadSystemFonts: false } });
  const image = drawing.render();
  try {
    return straightAlpha(image.width, image.height, image.pixels);
  } finally {
    image.free();
    drawing.free();
  }
};

/** resvg's colours are multiplied by their alpha. Most pixels are opaque or empty and stay as they are. */
function straightAlpha(widthPx: number, heightPx: number, rgba: Uint8Array): Pixels {
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3] ?? 0;
    if (alpha === 0 || alpha === 255) continue;
    for (let channel = at; channel < at + 3; channel++) {
      rgba[channel] = Math.min(255, Math.round(((rgba[channel] ?? 0) * 255) / alpha));
    }
  }
  return { widthPx, heightPx, rgba };
}
