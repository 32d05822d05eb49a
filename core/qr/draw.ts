import type { Cells } from './contour.ts';
import { dots } from './dots.ts';
import type { Box, Drawing, Layer, Segment } from './drawing.ts';
import { eyeBall, eyeFrame } from './eyes.ts';
import { frameAround } from './frame.ts';
import { logoArea } from './logo-area.ts';
import type { QrMatrix } from './matrix.ts';
import { FINDER_SIZE, finderCorners } from './roles.ts';
import type { QrStyle } from './style.ts';
import { TRANSPARENT } from './style.ts';

export type DrawOptions = {
  /** Width / height of the logo's picture. */
  readonly logoAspect?: number;
};

/** The code in its style, as shapes: one layer for each paint. */
export function drawCode(matrix: QrMatrix, style: QrStyle, { logoAspect = 1 }: DrawOptions = {}): Drawing {
  const { size } = matrix;
  const around = frameAround(style.frame, size, style.marginModules);
  const code: Box = { x: around.codeX, y: around.codeY, width: size, height: size };
  const area = style.logo === null ? null : logoArea(matrix, style.logo.share, logoAspect);
  const cleared = style.logo?.clear === true ? area : null;
  return {
    width: around.width,
    height: around.height,
    background: style.background === TRANSPARENT ? null : style.background,
    layers: byPaint([...around.layers, ...codeLayers(dataCells(matrix, cleared), style, code), ...around.lettering]),
    code,
    logo: area === null ? null : picturePlace(area, code, cleared === null ? 0 : CLEARED_RIM),
  };
}

/** A picture keeps off the modules around it where there is room made for it. */
const CLEARED_RIM = 0.5;

const picturePlace = (area: Box, code: Box, rim: number): Box => ({
  x: code.x + area.x + rim,
  y: code.y + area.y + rim,
  width: area.width - 2 * rim,
  height: area.height - 2 * rim,
});

/** What is dark, without the eyes and without what makes room for a logo. */
function dataCells({ size, modules }: QrMatrix, cleared: Box | null): Cells {
  const filled = modules.slice();
  const clear = (x: number, y: number, width: number, height: number): void => {
    for (let row = y; row < y + height; row++) filled.fill(0, row * size + x, row * size + x + width);
  };
  for (const [row, column] of finderCorners(size)) clear(column, row, FINDER_SIZE, FINDER_SIZE);
  if (cleared !== null) clear(cleared.x, cleared.y, cleared.width, cleared.height);
  return { size, filled };
}

function codeLayers(cells: Cells, style: QrStyle, { x, y }: Box): readonly Layer[] {
  const paint = style.gradient ?? style.foreground;
  const atEyes = (shape: (x: number, y: number) => Segment[]): Segment[] =>
    finderCorners(cells.size).flatMap(([row, column]) => shape(x + column, y + row));
  const { frame, ball, frameColor, ballColor } = style.eyes;
  return [
    { paint, path: dots(cells, style.dots, x, y), strokeWidth: null },
    { paint: frameColor ?? paint, path: atEyes((left, top) => eyeFrame(frame, left, top)), strokeWidth: null },
    { paint: ballColor ?? paint, path: atEyes((left, top) => eyeBall(ball, left, top)), strokeWidth: null },
  ];
}

/** Joins the paths of one paint, in the order of their first. Only lettering lies on another layer, and it is stroked. */
function byPaint(layers: readonly Layer[]): readonly Layer[] {
  const joined = new Map<string, { paint: Layer['paint']; path: Segment[]; strokeWidth: number | null }>();
  for (const { paint, path, strokeWidth } of layers) {
    const key = `${typeof paint === 'string' ? paint : JSON.stringify(paint)} ${strokeWidth}`;
    const known = joined.get(key);
    if (known === undefined) joined.set(key, { paint, path: [...path], strokeWidth });
    else for (const segment of path) known.path.push(segment);
  }
  return [...joined.values()].filter(({ path }) => path.length > 0);
}
