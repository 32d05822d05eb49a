import { followOutlines } from './contour.ts';
import type { QrMatrix } from './matrix.ts';
import type { QrStyle } from './style.ts';
import { TRANSPARENT } from './style.ts';
import type { SvgOptions } from './svg.ts';
import { filledPath, svgDocument } from './svg.ts';

/** A plain code (`isPlain`) as an SVG document: what `svg` makes of its drawing, but straight from the modules. */
export function plainSvg(
  matrix: QrMatrix,
  { foreground, background, marginModules }: QrStyle,
  { size, title }: Pick<SvgOptions, 'size' | 'title'>,
): string {
  const edge = matrix.size + 2 * marginModules;
  const ground = background === TRANSPARENT ? null : background;
  return svgDocument(
    { width: edge, height: edge, background: ground },
    {
      size,
      title,
      definitions: '',
      elements: filledPath(foreground, modulesPath(matrix, marginModules)),
      isCrisp: true,
    },
  );
}

/** Modules of an edge of the largest code. */
const MAX_SIZE = 177;

/** An edge of an outline by its heading and its length: `EDGES[1][3]` goes three modules to the right. */
const EDGES = ['v-', 'h', 'v', 'h-'].map((command) =>
  Array.from({ length: MAX_SIZE + 1 }, (_, length) => command + length),
);

/** The outlines of all dark modules, eyes among them, each relative to where the one before it began. */
function modulesPath({ size, modules }: QrMatrix, margin: number): string {
  let [d, lastX, lastY] = ['', -margin, -margin];
  followOutlines(
    { size, filled: modules },
    {
      start(x, y) {
        d += `${d === '' ? 'M' : 'm'}${x - lastX}${y < lastY ? '' : ' '}${y - lastY}`;
        [lastX, lastY] = [x, y];
      },
      edge(heading, length) {
        d += EDGES[heading]?.[length] ?? '';
      },
      close() {
        d += 'z';
      },
    },
  );
  return d;
}
