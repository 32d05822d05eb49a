import type { MakeDeps } from '../core/qr/make-code.ts';
import type { StyleScores } from '../core/qr/style-scores.ts';
import { encodeJpeg } from './jpeg.ts';
import { qrDecoders } from './qr-decoders.ts';
import { svgRaster } from './svg-raster.ts';
import { encodeWebp } from './webp.ts';

/** What codes are made with: everything runs in this process. */
export const qrMaking = (scores: StyleScores): MakeDeps => ({
  rasterize: svgRaster,
  decoders: qrDecoders,
  encoders: { jpeg: encodeJpeg, webp: encodeWebp },
  scores,
});
