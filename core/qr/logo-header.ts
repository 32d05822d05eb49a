import { Failure } from '../errors.ts';

export const LOGO_MAX_BYTES = 1_000_000;
const LOGO_MAX_PX = 2048;

/** Each scan of a JPEG is a walk over all of it; a thousand empty ones fit into a few kilobytes. Cameras write at most 12. */
const JPEG_MAX_SCANS = 64;

export const LOGO_FORMATS = ['png', 'jpeg', 'webp'] as const;
export type LogoFormat = (typeof LOGO_FORMATS)[number];
export type LogoHeader = { readonly format: LogoFormat; readonly widthPx: number; readonly heightPx: number };
type Size = Omit<LogoHeader, 'format'>;

export const logoRefused = (detail: string, cause?: unknown): Failure =>
  new Failure('LOGO_REFUSED', {}, { detail, cause });

/**
 * What an upload is by its own first bytes, whatever it is called: decided before anything is decoded, so that a header that
 * promises 30,000 × 30,000 pixels costs nothing. Throws LOGO_REFUSED.
 */
export function logoHeader(bytes: Uint8Array): LogoHeader {
  if (bytes.length > LOGO_MAX_BYTES)
    throw logoRefused(`The logo has ${bytes.length} bytes; at most ${LOGO_MAX_BYTES} are taken.`);
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = formatOf(file);
  const { widthPx, heightPx } = SIZE_OF[format](file);
  if (widthPx === 0 || heightPx === 0) throw logoRefused('The logo has no pixels.');
  if (widthPx > LOGO_MAX_PX || heightPx > LOGO_MAX_PX)
    throw logoRefused(
      `The logo is ${widthPx} × ${heightPx} pixels; at most ${LOGO_MAX_PX} × ${LOGO_MAX_PX} are taken.`,
    );
  return { format, widthPx, heightPx };
}

const latin1 = (file: DataView, at: number, length: number): string =>
  String.fromCharCode(
    ...new Uint8Array(file.buffer, file.byteOffset + at, Math.max(0, Math.min(length, file.byteLength - at))),
  );

function formatOf(file: DataView): LogoFormat {
  const start = latin1(file, 0, 256);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp';
  if (start.startsWith('GIF8')) throw logoRefused('The logo is a GIF; send it as PNG, JPEG or WebP.');
  if (/^(\xef\xbb\xbf)?\s*</.test(start))
    throw logoRefused('The logo is SVG or other markup, which can carry scripts; send it as PNG, JPEG or WebP.');
  throw logoRefused('The logo is neither PNG, JPEG nor WebP.');
}

const truncated = (): Failure => logoRefused('The logo is cut off.');

const SIZE_OF: Readonly<Record<LogoFormat, (file: DataView) => Size>> = {
  png: pngSize,
  jpeg: jpegSize,
  webp: webpSize,
};

function pngSize(file: DataView): Size {
  if (file.byteLength < 33) throw truncated();
  if (latin1(file, 12, 4) !== 'IHDR') throw logoRefused('The logo is no valid PNG: it does not begin with IHDR.');
  return { widthPx: file.getUint32(16), heightPx: file.getUint32(20) };
}

const JPEG_START_OF_SCAN = 0xda;
/** Colours that no screen shows, and that mean something only with the profile of a press. */
const CMYK_COMPONENTS = 4;
/** C0–CF begin a frame and tell its size, but for three that define tables. */
const isJpegFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Walks the segments one after the other: nothing between them is skipped over, so no decoder sees another frame first. */
function jpegSize(file: DataView): Size {
  if (scansOf(file) > JPEG_MAX_SCANS) throw logoRefused(`The logo is a JPEG of more than ${JPEG_MAX_SCANS} scans.`);
  for (let at = 2; at + 10 <= file.byteLength; at += 2 + file.getUint16(at + 2)) {
    const marker = file.getUint8(at + 1);
    if (file.getUint8(at) !== 0xff || marker < 0xc0 || marker === JPEG_START_OF_SCAN) break;
    if (!isJpegFrame(marker)) continue;
    if (file.getUint8(at + 9) === CMYK_COMPONENTS)
      throw logoRefused('The logo is a JPEG in CMYK, the colours of print; send it in RGB.');
    return { heightPx: file.getUint16(at + 5), widthPx: file.getUint16(at + 7) };
  }
  throw logoRefused('The logo is no valid JPEG: no frame was found where one belongs.');
}

/** Within a scan a byte FF is always followed by 00, so that no pixel looks like a marker. */
function scansOf(file: DataView): number {
  let scans = 0;
  for (let at = 2; at + 1 < file.byteLength; at++) {
    if (file.getUint8(at) === 0xff && file.getUint8(at + 1) === JPEG_START_OF_SCAN) scans++;
  }
  return scans;
}

const WEBP_ANIMATED = 0x02;
const uint24 = (file: DataView, at: number): number => file.getUint16(at, true) | (file.getUint8(at + 2) << 16);

function webpSize(file: DataView): Size {
  if (file.byteLength < 30 || file.getUint32(4, true) + 8 > file.byteLength) throw truncated();
  switch (latin1(file, 12, 4)) {
    case 'VP8 ':
      return { widthPx: file.getUint16(26, true) & 0x3fff, heightPx: file.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = file.getUint32(21, true);
      return { widthPx: (bits & 0x3fff) + 1, heightPx: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      if (file.getUint8(20) & WEBP_ANIMATED) throw logoRefused('The logo moves; send a still picture.');
      return { widthPx: uint24(file, 24) + 1, heightPx: uint24(file, 27) + 1 };
    default:
      throw logoRefused('The logo is no valid WebP: its first chunk is not known.');
  }
}
