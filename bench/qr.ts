import { createRequire } from 'node:module';
import { qrMatrix } from '../core/qr/matrix.ts';
import { plainSvg } from '../core/qr/plain-svg.ts';
import { plainPng } from '../core/qr/png.ts';
import { PLAIN_STYLE } from '../core/qr/style.ts';
import { median, printTable } from './report.ts';

/**
 * The question: what does a plain code of a short link cost, and how large is its file, against the package `qrcode` whose
 * encoder is inside ours? Turn by turn in one process, CPU time, the middle of all rounds; each code says something else.
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

type Make = (index: number) => unknown;
type Contest = { readonly name: string; readonly perRound: number; readonly ours: Make; readonly theirs: Make };

const CONTESTS: readonly Contest[] = [
  { name: 'matrix', perRound: 200, ours: matrix, theirs: (index) => library.create(address(index), theirs) },
  {
    name: 'SVG',
    perRound: 200,
    ours: (index) => plainSvg(matrix(index), PLAIN_STYLE, { size: { widthPx: WIDTH_PX }, title: 'QR code' }),
    theirs: (index) => library.toString(address(index), { type: 'svg', ...theirs }),
  },
  {
    name: `PNG, ${WIDTH_PX} px`,
    perRound: 12,
    ours: (index) => plainPng(matrix(index), PLAIN_STYLE, { widthPx: WIDTH_PX }),
    theirs: (index) => library.toBuffer(address(index), { width: WIDTH_PX, ...theirs }),
  },
];

export async function benchQr(): Promise<void> {
  const rows: (readonly string[])[] = [];
  for (const { name, perRound, ours, theirs: library } of CONTESTS) {
    const times = { ours: [] as number[], theirs: [] as number[] };
    // The first round warms both up and does not count.
    for (let round = 0; round <= ROUNDS; round++) {
      const [ourMs, theirMs] = [await cpuMs(ours, perRound), await cpuMs(library, perRound)];
      if (round > 0) {
        times.ours.push(ourMs);
        times.theirs.push(theirMs);
      }
    }
    const [ourMs, theirMs] = [median(times.ours), median(times.theirs)];
    const [ourBytes, theirBytes] = [bytesOf(await ours(0)), bytesOf(await library(0))];
    rows.push([
      name,
      ourMs.toFixed(3),
      theirMs.toFixed(3),
      `${(theirMs / ourMs).toFixed(1)}×`,
      ourBytes === null ? '' : String(ourBytes),
      theirBytes === null ? '' : String(theirBytes),
    ]);
  }
  printTable(
    'A plain QR code of a short link, against `qrcode`',
    ['what', 'ours, CPU ms', 'qrcode, CPU ms', 'faster', 'ours, bytes', 'qrcode, bytes'],
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
