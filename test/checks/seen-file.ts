import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { pictureDecoders } from '../../adapters/picture-decoders.ts';
import { svgRaster } from '../../adapters/svg-raster.ts';
import type { Pixels } from '../../core/qr/drawing.ts';
import { isOpaque, onPage, WHITE } from '../../core/qr/pixels.ts';
import { pixelsPng } from '../../core/qr/pixels-png.ts';
import type { QrFile, QrFormat } from '../../core/qr/qr-file.ts';

/** A file on a white page, as a picture that zbar opens; null where the program that opens it gives up. */
export type Seen = { readonly path: string; readonly widthPx: number; readonly heightPx: number };

/** `path` without an ending: what is written there goes with the folder. `dpi` is for what has no pixels of its own. */
export async function seen(file: QrFile, format: QrFormat, path: string, dpi: number): Promise<Seen | null> {
  const own = `${path}.${file.extension}`;
  writeFileSync(own, file.bytes);
  const page = `${path}-page.png`;
  switch (format) {
    case 'jpeg':
      return { path: own, widthPx: file.widthPx, heightPx: file.heightPx };
    case 'png':
    case 'webp':
      return onWhite(await pictureDecoders[format](file.bytes), own, page);
    case 'svg':
      return onWhite(await svgRaster(Buffer.from(file.bytes).toString(), file.widthPx), page, page);
    case 'pdf':
    case 'eps':
      return byGhostscript(own, page, dpi);
  }
}

/** zbar takes what is transparent for black, so such a picture is laid on white; any other is opened as it is. */
function onWhite(picture: Pixels, own: string, page: string): Seen {
  const { widthPx, heightPx } = picture;
  if (own !== page && isOpaque(picture)) return { path: own, widthPx, heightPx };
  writeFileSync(page, pixelsPng(onPage(picture, WHITE)));
  return { path: page, widthPx, heightPx };
}

/** As a printer would: an interpreter that had no part in writing the file, and that stops where anything is wrong with it. */
function byGhostscript(path: string, page: string, dpi: number): Seen | null {
  const asked = ['-q', '-dSAFER', '-dBATCH', '-dNOPAUSE', '-dEPSCrop', '-dPDFSTOPONERROR', '-dPDFSTOPONWARNING'];
  const drawn = ['-sDEVICE=png16m', '-dGraphicsAlphaBits=4', `-r${dpi}`, `-sOutputFile=${page}`];
  if (output('gs', [...asked, ...drawn, path]) === null) return null;
  const png = readFileSync(page);
  return { path: page, widthPx: png.readUInt32BE(16), heightPx: png.readUInt32BE(20) };
}

/** What zbar reads; null where it finds nothing. */
export const readByZbar = ({ path }: Seen): string | null =>
  output('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', path])?.replace(/\n$/, '') ?? null;

/** Of a program of the system; null where that fails. Throws where there is none. */
function output(program: string, args: readonly string[]): string | null {
  try {
    return execFileSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error(`There is no ${program}: install zbar-tools and ghostscript.`, { cause: error });
    return null;
  }
}
