import type { PictureDecoders } from '../core/qr/logo.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png-decoder.ts';
import { decodeWebp } from './webp.ts';

export const pictureDecoders: PictureDecoders = { png: decodePng, jpeg: decodeJpeg, webp: decodeWebp };
