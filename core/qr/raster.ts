import type { Pixels } from './drawing.ts';

/** Draws an SVG of ours `widthPx` wide; nothing outside the SVG is read. */
export type Rasterize = (svg: string, widthPx: number) => Promise<Pixels>;

/** Writes a picture as a file of one format. */
export type EncodePicture = (picture: Pixels) => Promise<Uint8Array>;
