import type { Segment } from './drawing.ts';

/** Modules to be outlined together: row by row, 1 where there is one. */
export type Cells = { readonly size: number; readonly filled: Uint8Array };

/** A corner of a module that sticks out: `corner` 0–3 is upper left, upper right, lower right, lower left. */
export type RadiusOf = (row: number, column: number, corner: number) => number;

/** Up, right, down, left. */
const STEP_X = [0, 1, 0, -1] as const;
const STEP_Y = [-1, 0, 1, 0] as const;
const UP = 0;

export const isFilled = ({ size, filled }: Cells, row: number, column: number): boolean =>
  row >= 0 && column >= 0 && row < size && column < size && filled[row * size + column] === 1;

/**
 * The outlines of all groups of modules that share edges, clockwise, and of the holes in them the other way round: no seams
 * between neighbours, whatever draws it. Modules that only touch at a corner stay apart. Corners that stick out are rounded.
 */
export function outlines(cells: Cells, radiusOf: RadiusOf, left: number, top: number): Segment[] {
  const field = fieldOf(cells);
  const path: Segment[] = [];
  for (let row = 0; row < cells.size; row++) {
    for (let column = 0; column < cells.size; column++) {
      const at = (row + 1) * field.stride + column + 1;
      if (field.filled[at] === 0 || field.filled[at - 1] === 1 || field.walked[at] === 1) continue;
      outline(field, column, row + 1, radiusOf, left, top, path);
    }
  }
  return path;
}

/** The modules with an empty rim, so that none has to be asked whether it is at the edge. */
type Field = {
  readonly stride: number;
  readonly filled: Uint8Array;
  /** Each outline has edges that go up, a module at their right and none at their left: those that were walked. */
  readonly walked: Uint8Array;
  /** From the module at the upper left of a crossing to the four around it, clockwise. */
  readonly around: readonly number[];
};

function fieldOf({ size, filled }: Cells): Field {
  const stride = size + 2;
  const rimmed = new Uint8Array(stride * stride);
  for (let row = 0; row < size; row++)
    rimmed.set(filled.subarray(row * size, (row + 1) * size), (row + 1) * stride + 1);
  return { stride, filled: rimmed, walked: new Uint8Array(stride * stride), around: [0, 1, stride + 1, stride] };
}

/** Follows the edges from (startX, startY), where one goes up, with the modules at its right hand, until it is back. */
function outline(
  { stride, filled, walked, around }: Field,
  startX: number,
  startY: number,
  radiusOf: RadiusOf,
  left: number,
  top: number,
  path: Segment[],
): void {
  let [x, y, heading] = [startX, startY, UP as number];
  let first: readonly [x: number, y: number, from: number, to: number, radius: number] | null = null;
  do {
    if (heading === UP) walked[y * stride + x + 1] = 1;
    x += STEP_X[heading] ?? 0;
    y += STEP_Y[heading] ?? 0;
    const crossing = y * stride + x;
    const isOuter = filled[crossing + (around[(heading + 1) & 3] ?? 0)] === 0;
    if (!isOuter && filled[crossing + (around[heading] ?? 0)] === 0) continue;
    const to = (heading + (isOuter ? 1 : 3)) & 3;
    const radius = isOuter ? radiusAt(radiusOf, x, y, heading) : 0;
    if (first === null) {
      first = [left + x, top + y, heading, to, radius];
      path.push(['move', left + x + (STEP_X[to] ?? 0) * radius, top + y + (STEP_Y[to] ?? 0) * radius]);
    } else turn(path, left + x, top + y, heading, to, radius);
    heading = to;
  } while (x !== startX || y !== startY || heading !== UP);
  if (first !== null && first[4] > 0) turn(path, ...first);
  path.push(['close']);
}

/** The module whose corner sticks out lies behind and at the right of who arrives there. */
function radiusAt(radiusOf: RadiusOf, x: number, y: number, heading: number): number {
  const row = heading === 0 || heading === 1 ? y : y - 1;
  const column = heading === 0 || heading === 3 ? x : x - 1;
  return radiusOf(row, column, heading);
}

function turn(path: Segment[], x: number, y: number, from: number, to: number, radius: number): void {
  if (radius === 0) {
    path.push(['line', x, y]);
    return;
  }
  const [toX, toY] = [x - (STEP_X[from] ?? 0) * radius, y - (STEP_Y[from] ?? 0) * radius];
  const last = path.at(-1);
  const isThere = last?.[0] === 'round' ? last[3] === toX && last[4] === toY : last?.[1] === toX && last[2] === toY;
  if (!isThere) path.push(['line', toX, toY]);
  path.push(['round', x, y, x + (STEP_X[to] ?? 0) * radius, y + (STEP_Y[to] ?? 0) * radius]);
}
