import { createHash } from 'node:crypto';
import type { Drawing, Layer, Path } from './drawing.ts';
import { gradientLine } from './gradient.ts';
import type { QrSize } from './size.ts';
import type { Color, Gradient } from './style.ts';
import { svgPath } from './svg-path.ts';

export type SvgOptions = {
  readonly size: QrSize;
  /** What a screen reader says of the picture. */
  readonly title: string;
  /** The logo as a PNG file; left out where there is none or the drawing has no room for it. */
  readonly logoPng?: Uint8Array;
};

/** An SVG document: one path for each paint, nothing from outside it, the same bytes for the same drawing. */
export function svg(drawing: Drawing, { size, title, logoPng }: SvgOptions): string {
  const { layers, code } = drawing;
  const gradients = new Set(layers.map(({ paint }) => paint).filter((paint) => typeof paint !== 'string'));
  const elements = [
    ...layers.map((layer) => layerElement(layer, code)),
    logoPng === undefined ? '' : logoElement(drawing, logoPng),
  ];
  return svgDocument(drawing, {
    size,
    title,
    definitions: [...gradients].map((gradient) => gradientElement(gradient, code)).join(''),
    elements: elements.join(''),
    isCrisp: layers.every(({ path, strokeWidth }) => strokeWidth === null && isUpright(path)),
  });
}

type DocumentParts = Pick<SvgOptions, 'size' | 'title'> & {
  readonly definitions: string;
  readonly elements: string;
  /** Whether all edges are along the pixels, so that they may be drawn without a soft one between. */
  readonly isCrisp: boolean;
};

/** What all documents have around their elements, and the background beneath these. */
export function svgDocument(
  { width, height, background }: Pick<Drawing, 'width' | 'height' | 'background'>,
  { size, title, definitions, elements, isCrisp }: DocumentParts,
): string {
  const [wide, unit] = 'widthMm' in size ? [size.widthMm, 'mm'] : [size.widthPx, ''];
  const high = thousandth((wide * height) / width);
  const open =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${thousandth(wide)}${unit}" height="${high}${unit}"` +
    ` viewBox="0 0 ${thousandth(width)} ${thousandth(height)}" role="img"${isCrisp ? ' shape-rendering="crispEdges"' : ''}>`;
  const ground =
    background === null ? '' : filledPath(background, `M0 0h${thousandth(width)}v${thousandth(height)}H0z`);
  return `${open}<title>${escaped(title)}</title>${definitions}${ground}${elements}</svg>`;
}

export const filledPath = (color: Color, d: string): string => `<path fill="${short(color)}" d="${d}"/>`;

function layerElement({ paint, path, strokeWidth }: Layer, code: Drawing['code']): string {
  const ink = typeof paint === 'string' ? short(paint) : `url(#${gradientId(paint, code)})`;
  const d = svgPath(path);
  return strokeWidth === null
    ? `<path fill="${ink}" d="${d}"/>`
    : `<path fill="none" stroke="${ink}" stroke-width="${thousandth(strokeWidth)}" stroke-linecap="round" stroke-linejoin="round" d="${d}"/>`;
}

function gradientElement(gradient: Gradient, code: Drawing['code']): string {
  const line = gradientLine(gradient, code);
  const id = gradientId(gradient, code);
  const stops = gradient.stops.map(({ offset, color }) => `<stop offset="${offset}" stop-color="${short(color)}"/>`);
  const units = 'gradientUnits="userSpaceOnUse"';
  const open =
    line.kind === 'linear'
      ? `linearGradient id="${id}" ${units} x1="${thousandth(line.x1)}" y1="${thousandth(line.y1)}" x2="${thousandth(line.x2)}" y2="${thousandth(line.y2)}"`
      : `radialGradient id="${id}" ${units} cx="${thousandth(line.x)}" cy="${thousandth(line.y)}" r="${thousandth(line.radius)}"`;
  return `<${open}>${stops.join('')}</${line.kind}Gradient>`;
}

/** Named by what it says, so that two pictures in one page can only share a name where they share the gradient. */
const gradientId = (gradient: Gradient, code: Drawing['code']): string =>
  `g${createHash('sha256')
    .update(JSON.stringify([gradient, code]))
    .digest('hex')
    .slice(0, 12)}`;

function logoElement({ logo }: Drawing, png: Uint8Array): string {
  if (logo === null) return '';
  const { x, y, width, height } = logo;
  const box = `x="${thousandth(x)}" y="${thousandth(y)}" width="${thousandth(width)}" height="${thousandth(height)}"`;
  return `<image ${box} href="data:image/png;base64,${Buffer.from(png).toString('base64')}"/>`;
}

const isUpright = (path: Path): boolean => path.every((segment) => segment[0] !== 'round');

const short = (color: Color): string => color.replace(/^#(.)\1(.)\2(.)\3$/, '#$1$2$3');

const thousandth = (value: number): number => Math.round(value * 1000) / 1000;

/** Characters that XML 1.0 does not know are left out. */
function escaped(text: string): string {
  const known = text.toWellFormed().replaceAll(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, '');
  return known.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
