const MM_PER_INCH = 25.4;
const POINTS_PER_INCH = 72;
/** Pixels without another word are CSS pixels in print: 96 to the inch. */
const CSS_DPI = 96;

export const MIN_SIZE_PX = 64;
export const MAX_SIZE_PX = 4096;

/** How large the whole picture is wanted, its quiet zone and frame included. */
export type QrSize = { readonly widthPx: number } | { readonly widthMm: number; readonly dpi: number };

/** Whole pixels; of millimetres at their resolution, rounded. */
export const widthInPx = (size: QrSize): number =>
  'widthPx' in size ? size.widthPx : Math.round((size.widthMm / MM_PER_INCH) * size.dpi);

const widthInMm = (size: QrSize): number => ('widthMm' in size ? size.widthMm : (size.widthPx / CSS_DPI) * MM_PER_INCH);

/** The unit of PDF and EPS, 1/72 inch. */
export const widthInPoints = (size: QrSize): number => (widthInMm(size) / MM_PER_INCH) * POINTS_PER_INCH;

/** Dots per inch, where the size is one for paper. */
export const resolution = (size: QrSize): number | null => ('dpi' in size ? size.dpi : null);
