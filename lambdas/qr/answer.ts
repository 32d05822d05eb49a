import type { QrCode } from '../../core/qr/qr-code.ts';
import type { QrFile } from '../../core/qr/qr-file.ts';
import { contentTypeOf } from '../../core/qr/qr-file.ts';
import type { ScanReport } from '../../core/qr/scan-report.ts';
import type { QrStyle } from '../../core/qr/style.ts';
import type { StyleInput } from '../../core/qr/style-input.ts';
import type { FileAnswer } from '../whole-answer.ts';
import type { QrAnswer } from './schemas.ts';

/** A code as customers see it. */
export function toAnswer(code: QrCode, shortOrigin: string): QrAnswer {
  const { look, image, link } = code;
  return {
    qr_id: code.id,
    image_url: `${shortOrigin}/${image.key}`,
    format: look.format,
    content_type: contentTypeOf(look.format),
    width: image.widthPx,
    height: image.heightPx,
    size_mm: 'widthMm' in look.size ? look.size.widthMm : null,
    dpi: 'widthMm' in look.size ? look.size.dpi : null,
    bytes: image.bytes,
    content_hash: image.contentHash,
    content: code.content,
    title: code.title,
    short_code: link?.code ?? null,
    short_url: link === null ? null : `${shortOrigin}/${link.code}`,
    placement: link === null || link.placement === '' ? null : link.placement,
    margin: look.style.marginModules,
    error_correction: code.errorCorrection,
    version: code.version,
    style: toStyleAnswer(look.style),
    scan: toScanAnswer(code.scan),
    created_at: new Date(code.createdAtMs).toISOString(),
  };
}

export const toScanAnswer = ({ score, grade, failed, advice }: ScanReport): QrAnswer['scan'] => ({
  score,
  grade,
  failed: [...failed],
  advice: [...advice],
});

/** As it may be sent again: members that say nothing are left out. */
function toStyleAnswer({ dots, eyes, gradient, logo, frame, foreground, background }: QrStyle): StyleInput {
  return {
    dots: dots.shape,
    dot_scale: dots.scale,
    eyes: {
      frame: eyes.frame,
      ball: eyes.ball,
      ...(eyes.frameColor === null ? {} : { frame_color: eyes.frameColor }),
      ...(eyes.ballColor === null ? {} : { ball_color: eyes.ballColor }),
    },
    foreground,
    background,
    ...(gradient === null
      ? {}
      : { gradient: { kind: gradient.kind, rotation: gradient.rotationDeg, stops: [...gradient.stops] } }),
    ...(logo === null ? {} : { logo_id: logo.id, logo_share: logo.share, logo_clear: logo.clear }),
    ...(frame === null
      ? {}
      : { frame: { shape: frame.shape, text: frame.text, color: frame.color, text_color: frame.textColor } }),
  };
}

/** What is to be known of an image beside its bytes. A code never changes, but who may see it may. */
export const imageAnswer = (
  { bytes, contentType, extension }: Pick<QrFile, 'bytes' | 'contentType' | 'extension'>,
  { name, isDownload = false }: { readonly name: string; readonly isDownload?: boolean },
  scan: ScanReport,
  more: Readonly<Record<string, string>> = {},
): Required<Pick<FileAnswer, 'headers' | 'body'>> => ({
  headers: {
    'content-type': contentType,
    'content-disposition': `${isDownload ? 'attachment' : 'inline'}; filename="${name}.${extension}"`,
    'x-qr-score': String(scan.score),
    'x-qr-grade': scan.grade,
    ...more,
  },
  body: bytes,
});
