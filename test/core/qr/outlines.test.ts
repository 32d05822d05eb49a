import { inflateSync } from 'node:zlib';
import { drawCode } from '../../../core/qr/draw.ts';
import type { Drawing } from '../../../core/qr/drawing.ts';
import { eps } from '../../../core/qr/eps.ts';
import { qrMatrix } from '../../../core/qr/matrix.ts';
import { pdf } from '../../../core/qr/pdf.ts';
import { FINDER_SIZE, finderCorners } from '../../../core/qr/roles.ts';
import type { Gradient, QrStyle } from '../../../core/qr/style.ts';
import { DOT_SHAPES, EYE_BALLS, EYE_FRAMES, PLAIN_STYLE } from '../../../core/qr/style.ts';
import { svg } from '../../../core/qr/svg.ts';
import type { Polygon } from '../../fixtures/path-reader.ts';
import { polygonsOf, readOperators, readSvgPath, windingsAt } from '../../fixtures/path-reader.ts';

const matrix = qrMatrix('https://sgn.example/q/aB7x3K', { errorCorrection: 'Q' });
const GRADIENT: Gradient = {
  kind: 'linear',
  rotationDeg: 30,
  stops: [
    { offset: 0.1, color: '#7a1fa2' },
    { offset: 0.5, color: '#b3261e' },
    { offset: 1, color: '#0b3d91' },
  ],
};
const size = { widthMm: 40, dpi: 300 } as const;

/** The modules as they come out: whether the outlines enclose the middle of each, once and the right way round. */
function modulesIn(polygons: readonly Polygon[], { code }: Drawing): Uint8Array {
  return matrix.modules.map((_, index) => {
    const [x, y] = [code.x + (index % matrix.size) + 0.5, code.y + Math.floor(index / matrix.size) + 0.5];
    const windings = windingsAt(polygons, x, y);
    if (windings !== 0 && windings !== 1) throw new Error(`${windings} windings at ${x}, ${y}`);
    return windings;
  });
}

/** Round eyes do not reach the middle of all their modules; they have a test of their own. */
function withoutEyes(modules: Uint8Array): Uint8Array {
  const out = modules.slice();
  for (const [row, column] of finderCorners(matrix.size))
    for (let y = row; y < row + FINDER_SIZE; y++)
      out.fill(0, y * matrix.size + column, y * matrix.size + column + FINDER_SIZE);
  return out;
}

const rowsOf = (modules: Uint8Array): string =>
  withoutEyes(modules)
    .join('')
    .replaceAll(new RegExp(`.{${matrix.size}}`, 'g'), '$&\n');

const expectCode = (polygons: readonly Polygon[], drawing: Drawing): void =>
  expect(rowsOf(modulesIn(polygons, drawing))).toBe(rowsOf(matrix.modules));

const styles: readonly (readonly [string, QrStyle])[] = DOT_SHAPES.flatMap((shape, index) =>
  [1, 0.8, 0.5].map((scale): [string, QrStyle] => {
    const eyes = {
      frame: EYE_FRAMES[index % EYE_FRAMES.length] ?? 'square',
      ball: EYE_BALLS[index % EYE_BALLS.length] ?? 'square',
      frameColor: null,
      ballColor: null,
    };
    const gradient = scale === 0.8 ? GRADIENT : null;
    return [
      `${shape} ${scale}`,
      { ...PLAIN_STYLE, dots: { shape, scale }, eyes, gradient, background: 'transparent', marginModules: index },
    ];
  }),
);

describe('The outlines of a code', () => {
  it.each(styles)('enclose exactly its dark modules: %s', (_, style) => {
    const drawing = drawCode(matrix, style);
    expect(drawing.layers).toHaveLength(1);
    expectCode(polygonsOf(drawing.layers[0]?.path ?? []), drawing);
  });

  it.each(styles)('say the same in SVG, PDF and EPS: %s', (_, style) => {
    const drawing = drawCode(matrix, style);
    const d = /<path fill="[^"]+" d="([^"]+)"\/>/.exec(svg(drawing, { size, title: 'code' }))?.[1] ?? '';
    expectCode(readSvgPath(d), drawing);
    expectCode(readOperators(pageOperators(pdf(drawing, { size, title: 'code' }))), drawing);
    expectCode(readOperators(eps(drawing, { size, title: 'code' })), drawing);
  });

  it.each(EYE_FRAMES)('keep the ring of an eye one module thick all round: %s', (frame) => {
    const drawing = drawCode(matrix, { ...PLAIN_STYLE, eyes: { ...PLAIN_STYLE.eyes, frame } });
    const polygons = polygonsOf(drawing.layers[0]?.path ?? []);
    const across = Array.from({ length: 70 }, (_, index) => windingsAt(polygons, 4 + index / 10 + 0.05, 7.5));
    expect(across.join('')).toBe(
      `${'1'.repeat(10)}${'0'.repeat(10)}${'1'.repeat(30)}${'0'.repeat(10)}${'1'.repeat(10)}`,
    );
  });

  it('leave no seam: a plain code has no edge between two dark modules', () => {
    const { layers } = drawCode(matrix, PLAIN_STYLE);
    const dark = (x: number, y: number): boolean =>
      x > 4 && x < 4 + matrix.size && matrix.modules[Math.floor(y - 4) * matrix.size + Math.floor(x - 4)] === 1;
    for (const polygon of polygonsOf(layers[0]?.path ?? []))
      polygon.forEach(([x1, y1], index) => {
        const [x2, y2] = polygon[(index + 1) % polygon.length] ?? [x1, y1];
        const [x, y] = [x1 + Math.sign(x2 - x1) / 2, y1 + Math.sign(y2 - y1) / 2];
        const [acrossX, acrossY] = [Math.abs(Math.sign(y2 - y1)) / 2, Math.abs(Math.sign(x2 - x1)) / 2];
        expect([x, y, dark(x - acrossX, y - acrossY)]).not.toEqual([x, y, dark(x + acrossX, y + acrossY)]);
      });
  });
});

/** The text of the page's stream. */
export function pageOperators(file: Buffer): string {
  const start = file.indexOf('stream\n') + 'stream\n'.length;
  return inflateSync(file.subarray(start, file.indexOf('\nendstream'))).toString();
}
