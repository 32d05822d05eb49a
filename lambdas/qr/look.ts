import { validationFailed } from '../../core/errors.ts';
import type { QrLook } from '../../core/qr/make-code.ts';
import type { QrFormat } from '../../core/qr/qr-file.ts';
import { isRaster } from '../../core/qr/qr-file.ts';
import type { QrSize } from '../../core/qr/size.ts';
import { MAX_SIZE_PX, MIN_SIZE_PX, widthInPx } from '../../core/qr/size.ts';
import { styleOf } from '../../core/qr/style-input.ts';
import type { LookInput } from './schemas.ts';

const DEFAULT_SIZE: QrSize = { widthPx: 512 };
/** What printers take without a word. */
const DEFAULT_DPI = 300;

/** The look that is asked for, with every default in its place. Throws VALIDATION_FAILED. */
export function lookOf(input: LookInput, defaultFormat: QrFormat): QrLook {
  const format = input.format ?? defaultFormat;
  return {
    format,
    size: sizeOf(input, format, DEFAULT_SIZE),
    errorCorrection: input.error_correction ?? 'M',
    style: styleOf(input.style ?? {}, input.margin),
  };
}

/** Throws VALIDATION_FAILED for a size in both units, a resolution of none, and more pixels than a picture may have. */
export function sizeOf(
  { size, size_mm: widthMm, dpi }: Pick<LookInput, 'size' | 'size_mm' | 'dpi'>,
  format: QrFormat,
  otherwise: QrSize,
): QrSize {
  if (widthMm !== undefined && size !== undefined)
    throw refused('size_mm', 'either_size', 'Is another word for `size`: send one of them.');
  if (widthMm === undefined && dpi !== undefined)
    throw refused('dpi', 'without_size_mm', 'Is the resolution of `size_mm`, which is not there.');
  const asked =
    widthMm === undefined ? (size === undefined ? otherwise : { widthPx: size }) : { widthMm, dpi: dpi ?? DEFAULT_DPI };
  const widthPx = widthInPx(asked);
  if (!isRaster(format) || (widthPx >= MIN_SIZE_PX && widthPx <= MAX_SIZE_PX)) return asked;
  const message = `Comes to ${widthPx} pixels; a ${format.toUpperCase()} has ${MIN_SIZE_PX} to ${MAX_SIZE_PX}.`;
  throw refused('size_mm', 'pixels_out_of_range', message);
}

const refused = (path: string, code: string, message: string) => validationFailed([{ path, code, message }]);
