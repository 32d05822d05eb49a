import {
  BATCH_FILES_PREFIX,
  BATCH_UPLOADS_PREFIX,
  CLEAN_LOGOS_PREFIX,
  IMAGES_PREFIX,
  LOGO_UPLOADS_PREFIX,
} from '../../core/qr/folders.ts';
import type { QrPlace } from '../powers.ts';
import type { QrBuckets } from './surroundings.ts';

/** The ARNs of each place of the QR codes' buckets that a function can be given powers on. */
export const QR_PLACES: Readonly<Record<QrPlace, (buckets: QrBuckets) => readonly string[]>> = {
  qrImages: ({ images }) => [images.arnForObjects(`${IMAGES_PREFIX}*`)],
  uploads: ({ uploads }) => [uploads.bucketArn],
  logoUploads: ({ uploads }) => [uploads.arnForObjects(`${LOGO_UPLOADS_PREFIX}*`)],
  cleanLogos: ({ uploads }) => [uploads.arnForObjects(`${CLEAN_LOGOS_PREFIX}*`)],
  batchUploads: ({ uploads }) => [uploads.arnForObjects(`${BATCH_UPLOADS_PREFIX}*`)],
  batchFiles: ({ uploads }) => [uploads.arnForObjects(`${BATCH_FILES_PREFIX}*`)],
};

export const isQrPlace = (place: string): place is QrPlace => Object.hasOwn(QR_PLACES, place);
