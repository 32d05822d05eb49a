import { Failure } from '../errors.ts';
import { drawCode } from './draw.ts';
import type { Drawing } from './drawing.ts';
import { errorCorrectionFor, STYLED_MIN_VERSION } from './limits.ts';
import { hiddenBy } from './logo-area.ts';
import type { CleanLogo } from './logo-store.ts';
import type { ErrorCorrection, QrMatrix } from './matrix.ts';
import { qrMatrix } from './matrix.ts';
import { plainSvg } from './plain-svg.ts';
import type { FileDeps, QrFormat } from './qr-file.ts';
import { fileOf, requirePixels } from './qr-file.ts';
import type { ScanReport } from './scan-report.ts';
import type { ScanDeps } from './scan-score.ts';
import type { QrSize } from './size.ts';
import type { QrStyle } from './style.ts';
import { isPlain } from './style.ts';
import type { StyleScores } from './style-scores.ts';
import { scanOf } from './style-scores.ts';
import { svg } from './svg.ts';

/** How a code is wanted, with every default in its place: the same look gives the same bytes for the same content. */
export type QrLook = {
  readonly format: QrFormat;
  readonly size: QrSize;
  /** At least this; a logo raises it, and so does room that is left. */
  readonly errorCorrection: ErrorCorrection;
  readonly style: QrStyle;
};

export type QrRequest = QrLook & {
  /** The text in the code. */
  readonly content: string;
  /** What a screen reader says of it. */
  readonly title: string;
  /** The picture of `style.logo`; null where the style has none. */
  readonly logo: CleanLogo | null;
};

export type MadeCode = {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Without a dot. */
  readonly extension: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** 1–40. */
  readonly version: number;
  /** What the code has in the end. */
  readonly errorCorrection: ErrorCorrection;
  readonly scan: ScanReport;
};

export type MakeDeps = ScanDeps & FileDeps & { readonly scores: StyleScores };

/** A code before it is a file. */
export type DrawnQr = {
  readonly matrix: QrMatrix;
  /** In modules, quiet zone and frame included. */
  readonly width: number;
  readonly height: number;
  readonly svg: string;
  /** The code as shapes: a plain one has none until it is asked for them. */
  readonly drawing: () => Drawing;
  /** The part of all modules that its logo hides (0–1): no more than it may, less where its shape leaves no room. */
  readonly hiddenShare: number;
};

/** Throws QR_CONTENT_TOO_LONG. */
export function drawQr({ content, title, size, errorCorrection, style, logo }: Omit<QrRequest, 'format'>): DrawnQr {
  const plain = isPlain(style);
  const matrix = qrMatrix(content, {
    errorCorrection: errorCorrectionFor(style.logo?.share ?? null, errorCorrection),
    minVersion: plain ? 1 : STYLED_MIN_VERSION,
  });
  if (plain) {
    const edge = matrix.size + 2 * style.marginModules;
    const text = plainSvg(matrix, style, { size, title });
    return { matrix, width: edge, height: edge, svg: text, drawing: () => drawCode(matrix, style), hiddenShare: 0 };
  }
  const logoAspect = logo === null ? 1 : logo.pixels.widthPx / logo.pixels.heightPx;
  const drawing = drawCode(matrix, style, { logoAspect });
  const hiddenShare = style.logo === null ? 0 : hiddenBy(style.logo.share, matrix, logoAspect);
  const text = svg(drawing, { size, title, ...(logo === null ? {} : { logoPng: logo.pngBytes }) });
  return { matrix, width: drawing.width, height: drawing.height, svg: text, drawing: () => drawing, hiddenShare };
}

/**
 * Draws the code, looks whether it is read, and writes it as a file. Throws QR_CONTENT_TOO_LONG, QR_SIZE_TOO_SMALL, or
 * QR_UNSCANNABLE with the `scan` of a code of grade F that is not forced. The same request gives the same bytes.
 */
export async function makeCode(
  deps: MakeDeps,
  request: QrRequest,
  { force = false }: { readonly force?: boolean } = {},
): Promise<MadeCode> {
  const drawn = drawQr(request);
  requirePixels(drawn, request);
  const scan = await scanOf(deps, drawn, request);
  requireScannable(scan, force);
  const file = await fileOf(deps, drawn, request);
  return { ...file, version: drawn.matrix.version, errorCorrection: drawn.matrix.errorCorrection, scan };
}

/**
 * All that `makeCode` finds out before it writes a file, and all that it throws but for QR_UNSCANNABLE: what a code would be.
 */
export async function checkCode(
  deps: MakeDeps,
  request: QrRequest,
): Promise<Pick<MadeCode, 'version' | 'errorCorrection' | 'scan'> & { readonly widthModules: number }> {
  const drawn = drawQr(request);
  requirePixels(drawn, request);
  const { version, errorCorrection } = drawn.matrix;
  const scan = await scanOf(deps, drawn, request);
  return { version, errorCorrection, scan, widthModules: drawn.width };
}

/** Throws QR_UNSCANNABLE. */
export function requireScannable(scan: ScanReport, force: boolean): void {
  if (scan.grade === 'F' && !force) throw new Failure('QR_UNSCANNABLE', { scan });
}
