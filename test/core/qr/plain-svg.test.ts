import { svgRaster } from '../../../adapters/svg-raster.ts';
import { drawCode } from '../../../core/qr/draw.ts';
import type { ErrorCorrection } from '../../../core/qr/matrix.ts';
import { qrMatrix } from '../../../core/qr/matrix.ts';
import { plainSvg } from '../../../core/qr/plain-svg.ts';
import type { QrStyle } from '../../../core/qr/style.ts';
import { PLAIN_STYLE, TRANSPARENT } from '../../../core/qr/style.ts';
import { svg } from '../../../core/qr/svg.ts';
import { readSvgPath, windingsAt } from '../../fixtures/path-reader.ts';
import { filling } from '../../fixtures/qr-contents.ts';

const options = { size: { widthPx: 500 }, title: 'A & B' } as const;
const CODES: readonly (readonly [version: number, ErrorCorrection, Partial<QrStyle>])[] = [
  [1, 'L', {}],
  [2, 'M', { marginModules: 0 }],
  [3, 'Q', { foreground: '#102a6b', background: '#fdf3d8' }],
  [7, 'H', { background: TRANSPARENT, marginModules: 16 }],
  [25, 'L', {}],
];
const pathIn = (text: string): string => /d="([^"]*)"\/><\/svg>$/.exec(text)?.[1] ?? '';

describe('A plain code as SVG', () => {
  it.each(CODES)('looks the same as drawn by the general way: version %i-%s %j', async (version, level, looks) => {
    const matrix = qrMatrix(filling(version, level), { errorCorrection: level });
    const style = { ...PLAIN_STYLE, ...looks };
    const straight = plainSvg(matrix, style, options);
    const drawn = svg(drawCode(matrix, style), options);
    const widthPx = 3 * (matrix.size + 2 * style.marginModules);
    const [one, other] = [await svgRaster(straight, widthPx), await svgRaster(drawn, widthPx)];
    expect(Buffer.from(one.rgba).equals(Buffer.from(other.rgba))).toBe(true);
    expect(straight.length).toBeLessThanOrEqual(drawn.length);
    expect(straight.slice(0, straight.indexOf(' d="M'))).toBe(drawn.slice(0, drawn.indexOf(' d="M')));
  });

  it('encloses each dark module once and no light one, the right way round, whichever rule fills it', () => {
    const matrix = qrMatrix(filling(5, 'Q'), { errorCorrection: 'Q' });
    const text = plainSvg(matrix, PLAIN_STYLE, options);
    const polygons = readSvgPath(pathIn(text));
    const inside = matrix.modules.map((_, at) =>
      windingsAt(polygons, 4.5 + (at % matrix.size), 4.5 + Math.floor(at / matrix.size)),
    );
    expect(Buffer.from(inside).equals(Buffer.from(matrix.modules))).toBe(true);
    expect(text.match(/<path /g)).toHaveLength(2);
  });
});
