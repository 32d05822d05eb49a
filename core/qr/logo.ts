import { Failure } from '../errors.ts';
import type { Pixels } from './drawing.ts';
import type { LogoFormat } from './logo-header.ts';
import { logoHeader, logoRefused } from './logo-header.ts';
import { shrink } from './shrink.ts';

/** Reads a whole file of one format; throws on whatever is broken about it. */
export type DecodePicture = (bytes: Uint8Array) => Promise<Pixels>;
export type PictureDecoders = Readonly<Record<LogoFormat, DecodePicture>>;

/** At most an eighth of a code is logo: on the widest code of 4096 pixels some 1,400, on a usual one 200. */
export const LOGO_KEPT_PX = 512;

/**
 * The picture of an uploaded logo, and nothing else that the file held: no metadata, no second format, no trailing bytes. What is
 * kept is at most `LOGO_KEPT_PX` wide and high and is to be written as a PNG of ours. Throws LOGO_REFUSED.
 */
export async function readLogo(decoders: PictureDecoders, bytes: Uint8Array): Promise<Pixels> {
  const header = logoHeader(bytes);
  const picture = await decoders[header.format](bytes).catch((cause: unknown) => {
    throw cause instanceof Failure
      ? cause
      : logoRefused(`The logo is a broken or cut off ${header.format.toUpperCase()}.`, cause);
  });
  // A camera's JPEG may lie on its side.
  const promised = header.widthPx * header.heightPx;
  if (picture.widthPx * picture.heightPx !== promised)
    throw logoRefused('The logo has another size than its header says.');
  return shrink(picture, LOGO_KEPT_PX);
}
