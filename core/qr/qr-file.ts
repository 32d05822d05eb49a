import { eps } from './eps.ts';
import { withResolution } from './jpeg-resolution.ts';
import type { DrawnQr, MadeCode, QrRequest } from './make-code.ts';
import { pdf } from './pdf.ts';
import { pixelsPng } from './pixels-png.ts';
import { plainPng, sizeTooSmall } from './png.ts';
import type { EncodePicture, Rasterize } from './raster.ts';
import { widthInPx } from './size.ts';
import { isPlain } from './style.ts';

export const QR_FORMATS = ['svg', 'png', 'jpeg', 'webp', 'pdf', 'eps'] as const;
export type QrFormat = (typeof QR_FORMATS)[number];

const FILES: Readonly<Record<QrFormat, Pick<MadeCode, 'contentType' | 'extension'>>> = {
  svg: { contentType: 'image/svg+xml', extension: 'svg' },
  png: { contentType: 'image/png', extension: 'png' },
  jpeg: { contentType: 'image/jpeg', extension: 'jpg' },
  webp: { contentType: 'image/webp', extension: 'webp' },
  pdf: { contentType: 'application/pdf', extension: 'pdf' },
  eps: { contentType: 'application/postscript', extension: 'eps' },
};

export const contentTypeOf = (format: QrFormat): string => FILES[format].contentType;

export type FileDeps = {
  readonly rasterize: Rasterize;
  readonly encoders: Readonly<Record<'jpeg' | 'webp', EncodePicture>>;
};

export type QrFile = Pick<MadeCode, 'bytes' | 'contentType' | 'extension' | 'widthPx' | 'heightPx'>;

/** What the file of a format is beside its bytes, which were kept. */
export const storedFileOf = (format: QrFormat, bytes: Uint8Array) => ({ bytes, ...FILES[format] });

export const isRaster = (format: QrFormat): boolean => format === 'png' || format === 'jpeg' || format === 'webp';

/** Throws QR_SIZE_TOO_SMALL where a module would have no pixel. */
export function requirePixels({ width }: Pick<DrawnQr, 'width'>, { format, size }: Pick<QrRequest, 'format' | 'size'>) {
  const widthPx = widthInPx(size);
  if (isRaster(format) && widthPx < width) throw sizeTooSmall(widthPx, Math.ceil(width));
}

/** The code as a file of the request's format and size. Throws QR_SIZE_TOO_SMALL where a module would have no pixel. */
export async function fileOf(deps: FileDeps, drawn: DrawnQr, request: QrRequest): Promise<QrFile> {
  requirePixels(drawn, request);
  const { width, height } = drawn;
  const widthPx = widthInPx(request.size);
  const heightPx = Math.round((widthPx * height) / width);
  return { bytes: await bytesOf(deps, drawn, request, widthPx), ...FILES[request.format], widthPx, heightPx };
}

async function bytesOf(
  deps: FileDeps,
  { matrix, drawing, svg }: DrawnQr,
  { format, size, style, title, logo }: QrRequest,
  widthPx: number,
): Promise<Uint8Array> {
  const picture = () => deps.rasterize(svg, widthPx);
  const vector = { size, title, ...(logo === null ? {} : { logo: logo.pixels }) };
  switch (format) {
    case 'svg':
      return Buffer.from(svg);
    case 'png':
      return isPlain(style) ? plainPng(matrix, style, size) : pixelsPng(await picture(), size);
    case 'jpeg':
      return withResolution(await deps.encoders.jpeg(await picture()), size);
    case 'webp':
      return deps.encoders.webp(await picture());
    case 'pdf':
      return pdf(drawing(), vector);
    case 'eps':
      return Buffer.from(eps(drawing(), vector), 'latin1');
  }
}
