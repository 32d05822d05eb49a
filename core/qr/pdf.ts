import { deflateSync } from 'node:zlib';
import type { Box, Drawing, Pixels } from './drawing.ts';
import { fitted } from './fit.ts';
import type { QrSize } from './size.ts';
import { widthInPoints } from './size.ts';
import type { Gradient } from './style.ts';
import { layerOperators, numbers, shadingDictionary } from './vector-operators.ts';

export type PdfOptions = {
  readonly size: QrSize;
  readonly title: string;
  readonly logo?: Pixels;
};

/** A page of exactly this size with the drawing on it, as PDF 1.4: shapes, no fonts, no date, the same bytes each time. */
export function pdf(drawing: Drawing, { size, title, logo }: PdfOptions): Buffer {
  const scale = widthInPoints(size) / drawing.width;
  const [width, height] = [drawing.width * scale, drawing.height * scale];
  const file = new PdfFile();
  const shadings: string[] = [];
  const shaded = (gradient: Gradient, code: Box): string => {
    shadings.push(`/S${shadings.length} ${shadingDictionary(gradient, code)}`);
    return `W n\n/S${shadings.length - 1} sh`;
  };
  // PDF counts upwards from the lower left; the drawing downwards from the upper left.
  const operators = [`${numbers(scale, 0, 0, -scale, 0, height)} cm`, layerOperators(drawing, shaded)];
  const images: string[] = [];
  if (logo !== undefined && drawing.logo !== null) {
    images.push(`/L0 ${file.add(...imageObject(logo, file))} 0 R`);
    operators.push(imageOperator(fitted(logo, drawing.logo)));
  }
  const contents = file.add('/Filter /FlateDecode', deflateSync(operators.join('\n')));
  const resources = `<< /Shading << ${shadings.join(' ')} >> /XObject << ${images.join(' ')} >> >>`;
  const pages = file.next() + 1;
  const page = file.add(
    `/Type /Page /Parent ${pages} 0 R /MediaBox [0 0 ${numbers(width, height)}] /Resources ${resources} /Contents ${contents} 0 R`,
  );
  file.add(`/Type /Pages /Kids [${page} 0 R] /Count 1`);
  const catalog = file.add(`/Type /Catalog /Pages ${pages} 0 R`);
  const info = file.add(`/Title ${utf16(title)} /Producer (Signpost)`);
  return file.bytes(catalog, info);
}

/** Alpha goes into a picture of its own, as PDF wants it. */
function imageObject(pixels: Pixels, file: PdfFile): [dictionary: string, stream: Buffer] {
  const { widthPx, heightPx, rgba } = pixels;
  const [colors, alphas] = [Buffer.alloc(widthPx * heightPx * 3), Buffer.alloc(widthPx * heightPx)];
  for (let pixel = 0; pixel < alphas.length; pixel++) {
    colors.set(rgba.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
    alphas[pixel] = rgba[pixel * 4 + 3] ?? 255;
  }
  const common = `/Type /XObject /Subtype /Image /Width ${widthPx} /Height ${heightPx} /BitsPerComponent 8 /Filter /FlateDecode`;
  const mask = file.add(`${common} /ColorSpace /DeviceGray`, deflateSync(alphas));
  return [`${common} /ColorSpace /DeviceRGB /SMask ${mask} 0 R`, deflateSync(colors)];
}

/** A picture is drawn into the unit square, whose y runs upwards. */
const imageOperator = ({ x, y, width, height }: Box): string =>
  `q\n${numbers(width, 0, 0, -height, x, y + height)} cm\n/L0 Do\nQ`;

const utf16 = (text: string): string => {
  const littleEndian = Buffer.from(text, 'utf16le');
  return `<FEFF${littleEndian.swap16().toString('hex').toUpperCase()}>`;
};

/** Objects one after the other, and at the end the table of where each begins (PDF 32000-1 §7.5). */
class PdfFile {
  readonly #parts: Buffer[] = [Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  readonly #offsets: number[] = [];
  #length = this.#parts[0]?.length ?? 0;

  /** The number of the object that comes next. */
  next(): number {
    return this.#offsets.length + 1;
  }

  /** Appends a dictionary, with a stream if there is one, and gives its number. */
  add(entries: string, stream?: Buffer): number {
    const number = this.next();
    this.#offsets.push(this.#length);
    const length = stream === undefined ? '' : ` /Length ${stream.length}`;
    this.#push(Buffer.from(`${number} 0 obj\n<< ${entries}${length} >>\n`));
    if (stream !== undefined) {
      this.#push(Buffer.from('stream\n'));
      this.#push(stream);
      this.#push(Buffer.from('\nendstream\n'));
    }
    this.#push(Buffer.from('endobj\n'));
    return number;
  }

  bytes(catalog: number, info: number): Buffer {
    const start = this.#length;
    const count = this.#offsets.length + 1;
    const rows = this.#offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
    this.#push(Buffer.from(`xref\n0 ${count}\n0000000000 65535 f \n${rows.join('')}`));
    this.#push(
      Buffer.from(`trailer\n<< /Size ${count} /Root ${catalog} 0 R /Info ${info} 0 R >>\nstartxref\n${start}\n%%EOF\n`),
    );
    return Buffer.concat(this.#parts);
  }

  #push(part: Buffer): void {
    this.#parts.push(part);
    this.#length += part.length;
  }
}
