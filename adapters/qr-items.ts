import * as z from 'zod/mini';
import { ERROR_CORRECTIONS } from '../core/qr/matrix.ts';
import type { QrCode } from '../core/qr/qr-code.ts';
import { QR_FORMATS } from '../core/qr/qr-file.ts';
import type { Trial } from '../core/qr/scan-battery.ts';
import { TRIALS } from '../core/qr/scan-battery.ts';
import { GRADES } from '../core/qr/scan-score.ts';
import type { QrStyle } from '../core/qr/style.ts';
import type { Item } from './items-of.ts';
import { qrCodeKey, qrCodesPartition } from './table.ts';

/** The members of a code that are read as a whole, and never asked for in parts. */
export const toQrItem = ({ id, workspaceId, createdAtMs, image, ...rest }: QrCode) => ({
  ...qrCodeKey(workspaceId, id),
  created_at_ms: createdAtMs,
  // By it the image is found when all of the workspace is erased.
  image_key: image.key,
  code_json: JSON.stringify({ image, ...rest }),
});

export const scanReport = z.object({
  score: z.number(),
  grade: z.enum(GRADES),
  failed: z.array(z.enum(TRIALS as [Trial, ...Trial[]])),
  advice: z.array(z.string()),
});

const code = z.object({
  content: z.string(),
  link: z.nullable(z.object({ code: z.string(), placement: z.string() })),
  title: z.string(),
  look: z.object({
    format: z.enum(QR_FORMATS),
    size: z.union([z.object({ widthPx: z.number() }), z.object({ widthMm: z.number(), dpi: z.number() })]),
    errorCorrection: z.enum(ERROR_CORRECTIONS),
    // Was parsed before it was written; its words are those of core.
    style: z.custom<QrStyle>((value) => typeof value === 'object' && value !== null && 'dots' in value),
  }),
  image: z.object({
    key: z.string(),
    contentHash: z.string(),
    bytes: z.int(),
    widthPx: z.int(),
    heightPx: z.int(),
  }),
  version: z.int(),
  errorCorrection: z.enum(ERROR_CORRECTIONS),
  scan: scanReport,
});

const item = z.object({ pk: z.string(), sk: z.string(), created_at_ms: z.int(), code_json: z.string() });

/** Throws on an item that `toQrItem` did not make. */
export function fromQrItem(found: Item): QrCode {
  const { pk, sk, created_at_ms, code_json } = item.parse(found);
  return {
    ...code.parse(JSON.parse(code_json)),
    id: sk,
    workspaceId: pk.slice(qrCodesPartition('').length),
    createdAtMs: created_at_ms,
  };
}
