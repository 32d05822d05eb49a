import { encodeJpeg } from '../adapters/jpeg.ts';
import { qrDecoders } from '../adapters/qr-decoders.ts';
import { svgRaster } from '../adapters/svg-raster.ts';
import { encodeWebp } from '../adapters/webp.ts';
import { drawCode } from '../core/qr/draw.ts';
import { qrMatrix } from '../core/qr/matrix.ts';
import { pixelsPng } from '../core/qr/pixels-png.ts';
import { confirmScan, scanScore } from '../core/qr/scan-score.ts';
import type { QrStyle } from '../core/qr/style.ts';
import { PLAIN_STYLE } from '../core/qr/style.ts';
import { svg } from '../core/qr/svg.ts';
import { median, printTable } from './report.ts';

/**
 * The question: what does a styled code cost once it is pixels, and what does it cost to know that it scans? CPU time in one
 * process, the middle of all rounds, against the plain reading that every code of a batch gets.
 */
const ROUNDS = 25;
const WARM_UPS = 5;
const WIDTH_PX = 600;
const CONTENT = 'https://sgn.example/q/aB7x3Kq';
const STYLE: QrStyle = {
  ...PLAIN_STYLE,
  dots: { shape: 'rounded', scale: 0.9 },
  eyes: { frame: 'rounded', ball: 'rounded', frameColor: '#102a6b', ballColor: null },
};

const drawing = drawCode(qrMatrix(CONTENT, { errorCorrection: 'Q' }), STYLE);
const drawn = svg(drawing, { size: { widthPx: WIDTH_PX }, title: 'QR code' });
const deps = { rasterize: svgRaster, decoders: qrDecoders };
const code = { svg: drawn, widthModules: drawing.width, content: CONTENT };

const QUESTIONS: readonly (readonly [what: string, make: () => Promise<unknown>])[] = [
  ['one clean reading', () => confirmScan(deps, code)],
  [`${WIDTH_PX} px of pixels`, () => svgRaster(drawn, WIDTH_PX)],
  [`${WIDTH_PX} px as PNG`, async () => pixelsPng(await svgRaster(drawn, WIDTH_PX))],
  [`${WIDTH_PX} px as JPEG`, async () => encodeJpeg(await svgRaster(drawn, WIDTH_PX))],
  [`${WIDTH_PX} px as WebP`, async () => encodeWebp(await svgRaster(drawn, WIDTH_PX))],
  ['scan score', () => scanScore(deps, code)],
];

export async function benchQrPixels(): Promise<void> {
  const rows: (readonly string[])[] = [];
  let cleanMs: number | undefined;
  for (const [what, make] of QUESTIONS) {
    const made = await make();
    for (let round = 1; round < WARM_UPS; round++) await make();
    const ms = await medianCpuMs(make);
    cleanMs ??= ms;
    const bytes = made instanceof Uint8Array ? String(made.length) : '';
    rows.push([what, ms.toFixed(1), `${(ms / cleanMs).toFixed(1)}×`, bytes]);
  }
  printTable('A styled QR code of a short link', ['what', 'CPU ms', 'of a clean reading', 'bytes'], rows);
}

async function medianCpuMs(make: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await make();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
  }
  return median(times);
}
