import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { qrMaking } from '../../adapters/qr-making.ts';
import { noStyleScores } from '../../adapters/style-scores.ts';
import { svgRaster } from '../../adapters/svg-raster.ts';
import { Failure } from '../../core/errors.ts';
import type { DrawnQr, MadeCode, QrRequest } from '../../core/qr/make-code.ts';
import { drawQr, makeCode } from '../../core/qr/make-code.ts';
import { pixelsPng } from '../../core/qr/pixels-png.ts';
import type { QrFormat } from '../../core/qr/qr-file.ts';
import { fileOf, QR_FORMATS } from '../../core/qr/qr-file.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { someRequest } from './gallery-requests.ts';
import { readByZbar, seen } from './seen-file.ts';

/**
 * The score is made by two decoders; this asks a third, which it was not made with: zbar. Every code of the gallery that is graded A
 * to C must be read by it, from files of each format, PDF and EPS through Ghostscript, and be as large as was asked. A check of its
 * own (`npm run gallery`), for zbar and Ghostscript are programs of the system.
 */
const CODES = 72;
/** Of a plain code zbar reads every file; of those that pass it may miss five in a hundred of one format, but none of all. */
const LEAST_SHARE_READ = 0.95;
/** zbar looks at every pixel or every second, so that its luck changes with the size: it has up to three tries. */
const PX_PER_MODULE = [8, 5, 12] as const;
const MM_PER_INCH = 25.4;
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" rx="2" fill="#c02040"/><circle cx="4.5" cy="4.5" r="2.5" fill="#fff"/></svg>';

const deps = qrMaking(noStyleScores);
const folder = mkdtempSync(join(tmpdir(), 'signpost-gallery-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

/** Null where it is refused, as every code of grade F is. */
async function made(request: QrRequest): Promise<MadeCode | null> {
  try {
    return await makeCode(deps, request);
  } catch (error) {
    if (error instanceof Failure && error.word === 'QR_UNSCANNABLE') return null;
    throw error;
  }
}

/** Whether the code is read from a file of this format. Throws where that cannot be opened or has another size than was asked. */
async function isRead(drawn: DrawnQr, request: QrRequest, format: QrFormat): Promise<boolean> {
  if (!('widthMm' in request.size)) throw new Error('The gallery is printed.');
  const { widthMm } = request.size;
  for (const pxPerModule of PX_PER_MODULE) {
    const dpi = Math.round((pxPerModule * drawn.width * MM_PER_INCH) / widthMm);
    const file = await fileOf(deps, drawn, { ...request, format, size: { widthMm, dpi } });
    const page = await seen(file, format, join(folder, 'code'), dpi);
    if (page === null) throw new Error(`This ${format} cannot be opened: ${JSON.stringify(request.style)}`);
    if (Math.abs(page.widthPx - file.widthPx) > 1 || Math.abs(page.heightPx - file.heightPx) > 1)
      throw new Error(`${widthMm} mm of ${format} at ${dpi} dpi are ${page.widthPx} × ${page.heightPx} pixels.`);
    if (readByZbar(page) === request.content) return true;
  }
  return false;
}

const random = seededRandom(2026);
const logo = await svgRaster(LOGO, 128).then((pixels) => ({ pixels, pngBytes: pixelsPng(pixels) }));
const grades = { A: 0, B: 0, C: 0, F: 0 };
const read = Object.fromEntries(QR_FORMATS.map((format) => [format, 0])) as Record<QrFormat, number>;
let unread = 0;
for (let i = 0; i < CODES; i++) {
  const request = someRequest(random, logo);
  const code = await made(request);
  grades[code?.scan.grade ?? 'F']++;
  if (code === null) continue;
  const drawn = drawQr(request);
  const missed: QrFormat[] = [];
  for (const format of QR_FORMATS) {
    if (await isRead(drawn, request, format)) read[format]++;
    else missed.push(format);
  }
  if (missed.length === QR_FORMATS.length) unread++;
  if (missed.length > 0) {
    const { content, errorCorrection, style } = request;
    console.log(
      `Not read from ${missed.join(', ')}: ${JSON.stringify({ scan: code.scan, content, errorCorrection, style })}`,
    );
  }
}

const passed = CODES - grades.F;
const told = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
console.log(`${CODES} codes: ${told(grades)}. zbar read, of ${passed} graded A to C: ${told(read)}.`);
const isGood = unread === 0 && Object.values(read).every((count) => count >= passed * LEAST_SHARE_READ);
process.exit(isGood && passed >= CODES / 2 ? 0 : 1);
