import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { prepareZXingModule, writeBarcode } from 'zxing-wasm/writer';
import type { QrMatrix } from '../core/qr/matrix.ts';
import { qrMatrix } from '../core/qr/matrix.ts';
import { plainSvg } from '../core/qr/plain-svg.ts';
import { plainPng } from '../core/qr/png.ts';
import { PLAIN_STYLE } from '../core/qr/style.ts';
import { median, printTable } from './report.ts';

/**
 * The question: what does a plain code of a short link cost, and how large is its file, against the package `qrcode` whose
 * tables are inside ours, and against the writer of zxing-cpp, C++ in WebAssembly, which makes SVG and PNG in one call? Turn by turn in
 * one process, CPU time, the middle of all rounds; each code says something else.
 */
const ROUNDS = 9;
const WIDTH_PX = 600;
const ERROR_CORRECTION = 'M';

type Library = {
  create(text: string, options: { errorCorrectionLevel: string }): unknown;
  toString(text: string, options: { type: 'svg'; errorCorrectionLevel: string }): Promise<string>;
  toBuffer(text: string, options: { width: number; errorCorrectionLevel: string }): Promise<Buffer>;
};
const library = createRequire(import.meta.url)('qrcode') as Library;
const theirs = { errorCorrectionLevel: ERROR_CORRECTION };

const address = (index: number): string => `https://sgn.example/q/aB7x3K${index}`;
const matrix = (index: number) => qrMatrix(address(index), { errorCorrection: ERROR_CORRECTION });
/** Its pixels come in whole modules, of which there are 37 with the quiet zone. */
const ZXING = { format: 'QRCode', options: `ecLevel=${ERROR_CORRECTION}`, scale: Math.round(WIDTH_PX / 37) } as const;

type Make = (index: number) => unknown;
type Contest = {
  readonly name: string;
  readonly perRound: number;
  readonly ours: Make;
  readonly theirs: Make;
  readonly library: 'qrcode' | 'zxing-cpp';
};

const ourSvg = (code: QrMatrix): string =>
  plainSvg(code, PLAIN_STYLE, { size: { widthPx: WIDTH_PX }, title: 'QR code' });
const ourPng = (code: QrMatrix): Buffer => plainPng(code, PLAIN_STYLE, { widthPx: WIDTH_PX });

const CONTESTS: readonly Contest[] = [
  {
    name: 'matrix',
    library: 'qrcode',
    perRound: 200,
    ours: matrix,
    theirs: (index) => library.create(address(index), theirs),
  },
  {
    name: 'SVG',
    library: 'qrcode',
    perRound: 200,
    ours: (index) => ourSvg(matrix(index)),
    theirs: (index) => library.toString(address(index), { type: 'svg', ...theirs }),
  },
  {
    name: `PNG, ${WIDTH_PX} px`,
    library: 'qrcode',
    perRound: 12,
    ours: (index) => ourPng(matrix(index)),
    theirs: (index) => library.toBuffer(address(index), { width: WIDTH_PX, ...theirs }),
  },
  {
    name: 'SVG and PNG',
    library: 'zxing-cpp',
    perRound: 12,
    ours: (index) => {
      const code = matrix(index);
      return [ourSvg(code), ourPng(code)];
    },
    theirs: (index) => writeBarcode(address(index), ZXING),
  },
];

export async function benchQr(): Promise<void> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('zxing-wasm/writer/zxing_writer.wasm'));
  await prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer }, fireImmediately: true });
  const rows: (readonly string[])[] = [];
  for (const { name, perRound, ours, theirs: their, library: rival } of CONTESTS) {
    const times = { ours: [] as number[], theirs: [] as number[] };
    // The first round warms both up and does not count.
    for (let round = 0; round <= ROUNDS; round++) {
      const [ourMs, theirMs] = [await cpuMs(ours, perRound), await cpuMs(their, perRound)];
      if (round > 0) {
        times.ours.push(ourMs);
        times.theirs.push(theirMs);
      }
    }
    const [ourMs, theirMs] = [median(times.ours), median(times.theirs)];
    const [ourBytes, theirBytes] = [bytesOf(await ours(0)), bytesOf(await their(0))];
    rows.push([
      name,
      ourMs.toFixed(3),
      rival,
      theirMs.toFixed(3),
      `${(theirMs / ourMs).toFixed(1)}×`,
      ourBytes === null ? '' : String(ourBytes),
      theirBytes === null ? '' : String(theirBytes),
    ]);
  }
  printTable(
    'A plain QR code of a short link, against two libraries',
    ['what', 'ours, CPU ms', 'against', 'theirs, CPU ms', 'faster', 'ours, bytes', 'theirs, bytes'],
    rows,
  );
}

async function cpuMs(make: Make, count: number): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < count; index++) await make(index);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}

const bytesOf = (made: unknown): number | null =>
  typeof made === 'string' ? Buffer.byteLength(made) : made instanceof Uint8Array ? made.length : null;
