import { rgbOf } from './color.ts';
import type { Box, Drawing, Layer, Path } from './drawing.ts';
import type { GradientLine } from './gradient.ts';
import { gradientLine } from './gradient.ts';
import type { Color, Gradient } from './style.ts';

/**
 * The words that PDF and our EPS have in common: `m l c h` for paths, `rg RG` for colours, `w` for the width of a stroke, and
 * dictionaries for shadings. In PDF they are built in; the EPS defines them in its first lines.
 */
function pathOperators(path: Path): string {
  const out: string[] = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  for (const segment of path) {
    switch (segment[0]) {
      case 'move':
        out.push(`${numbers(segment[1], segment[2])} m`);
        [x, y] = [segment[1], segment[2]];
        [startX, startY] = [x, y];
        break;
      case 'line':
        out.push(`${numbers(segment[1], segment[2])} l`);
        [x, y] = [segment[1], segment[2]];
        break;
      case 'round':
        out.push(curve(x, y, segment[1], segment[2], segment[3], segment[4]));
        [x, y] = [segment[3], segment[4]];
        break;
      case 'close':
        out.push('h');
        [x, y] = [startX, startY];
    }
  }
  return out.join('\n');
}

/** How far the handles of a cubic curve reach towards the corner so that it is a quarter of an ellipse, to 0.03 %. */
const QUARTER = 0.5522847;

function curve(fromX: number, fromY: number, cornerX: number, cornerY: number, x: number, y: number): string {
  const reach = (from: number, corner: number): number => from + (corner - from) * QUARTER;
  return `${numbers(reach(fromX, cornerX), reach(fromY, cornerY), reach(x, cornerX), reach(y, cornerY), x, y)} c`;
}

/** Layers from back to front; `shaded` paints a gradient through the path that was just given. */
export function layerOperators(
  { layers, code, background, width, height }: Drawing,
  shaded: (gradient: Gradient, code: Box) => string,
): string {
  const ground = background === null ? [] : [`${color(background)} rg`, box({ x: 0, y: 0, width, height }), 'f'];
  return [...ground, ...layers.map((layer) => layerOperator(layer, code, shaded))].join('\n');
}

function layerOperator(
  { paint, path, strokeWidth }: Layer,
  code: Box,
  shaded: (gradient: Gradient, code: Box) => string,
): string {
  const outline = pathOperators(path);
  if (typeof paint !== 'string') return `q\n${outline}\n${shaded(paint, code)}\nQ`;
  if (strokeWidth === null) return `${color(paint)} rg\n${outline}\nf`;
  return `${color(paint)} RG\n${numbers(strokeWidth)} w\n1 J\n1 j\n${outline}\nS`;
}

const box = ({ x, y, width, height }: Box): string =>
  [
    `${numbers(x, y)} m`,
    `${numbers(x + width, y)} l`,
    `${numbers(x + width, y + height)} l`,
    `${numbers(x, y + height)} l`,
    'h',
  ].join('\n');

const color = (value: Color): string => numbers(...rgbOf(value).map((channel) => channel / 255));

/**
 * PDF 32000-1 §8.7.4.5 and PostScript Language Reference §4.9.3 know the same dictionaries: axial is type 2, radial 3. In lines that
 * PostScript's conventions allow (DSC 3.0: 255 characters).
 */
export function shadingDictionary(gradient: Gradient, code: Box): string {
  const line = gradientLine(gradient, code);
  return [
    '<<',
    `/ShadingType ${line.kind === 'linear' ? 2 : 3}`,
    '/ColorSpace /DeviceRGB',
    `/Coords [${coordinates(line)}]`,
    `/Function ${stopsFunction(gradient)}`,
    '/Extend [true true]',
    '>>',
  ].join('\n');
}

const coordinates = (line: GradientLine): string =>
  line.kind === 'linear'
    ? numbers(line.x1, line.y1, line.x2, line.y2)
    : numbers(line.x, line.y, 0, line.x, line.y, line.radius);

/** One function from each stop to the next (type 2), sewn together (type 3). Outside the stops the colour stays. */
function stopsFunction({ stops }: Gradient): string {
  const [first, last] = [stops[0], stops.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('A gradient needs stops.');
  const whole = [
    ...(first.offset > 0 ? [{ ...first, offset: 0 }] : []),
    ...stops,
    ...(last.offset < 1 ? [{ ...last, offset: 1 }] : []),
  ];
  const spans = whole.slice(1).map(({ color: to }, index) => {
    const from = whole[index]?.color ?? to;
    return `<< /FunctionType 2 /Domain [0 1] /C0 [${color(from)}] /C1 [${color(to)}] /N 1 >>`;
  });
  if (spans.length === 1) return spans.join('');
  const bounds = whole.slice(1, -1).map(({ offset }) => offset);
  return `<< /FunctionType 3 /Domain [0 1] /Functions [\n${spans.join('\n')}\n] /Bounds [${numbers(...bounds)}] /Encode [${spans.map(() => '0 1').join(' ')}] >>`;
}

/** Neither format knows exponents; a ten-thousandth of a module is finer than any printer. */
export const numbers = (...values: readonly number[]): string =>
  values.map((value) => String(Math.round(value * 10_000) / 10_000)).join(' ');
