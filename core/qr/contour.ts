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

/** Draws along the outlines. `isOuter` is said of the corner that is reached: whether it sticks out. */
export type Pen = {
  /** An outline begins at a corner, which was reached by going up. */
  start(x: number, y: number, isOuter: boolean): void;
  edge(heading: number, length: number, isOuter: boolean): void;
  /** The last edge goes up to where the outline began. */
  close(): void;
};

/**
 * Follows the outlines of all groups of modules that share edges, clockwise, and of the holes in them the other way round: no
 * seams between neighbours, whatever draws it. Modules that only touch at a corner stay apart.
 */
export function followOutlines(cells: Cells, pen: Pen): void {
  const field = fieldOf(cells);
  const { stride, filled, walked } = field;
  for (let row = 1; row <= cells.size; row++) {
    for (let column = 1; column <= cells.size; column++) {
      const at = row * stride + column;
      if (filled[at] === 0 || filled[at - 1] === 1 || walked[at] === 1) continue;
      const isOuter = filled[at - stride] === 0;
      pen.start(column - 1, row - 1, isOuter);
      followOutline(field, at - stride - 1, isOuter, pen);
    }
  }
}

/** The modules with an empty rim, so that none has to be asked whether it is at the edge. */
type Field = {
  readonly stride: number;
  readonly filled: Uint8Array;
  /** Each outline has edges that go up, a module at their right and none at their left: those that were walked. */
  readonly walked: Uint8Array;
  /** By heading: from one crossing to the next. A crossing has the number of the module at its upper left. */
  readonly steps: readonly number[];
  /** From a crossing to the four modules around it, clockwise. */
  readonly around: readonly number[];
};

function fieldOf({ size, filled }: Cells): Field {
  const stride = size + 2;
  const rimmed = new Uint8Array(stride * stride);
  for (let row = 1, from = 0; row <= size; row++)
    for (let column = 1; column <= size; column++, from++) rimmed[row * stride + column] = filled[from] ?? 0;
  const steps = STEP_X.map((stepX, heading) => stepX + stride * (STEP_Y[heading] ?? 0));
  return { stride, filled: rimmed, walked: new Uint8Array(stride * stride), steps, around: [0, 1, stride + 1, stride] };
}

/**
 * Follows the edges with the modules at its right hand until it is back. The uppermost edge of those that go up ends in a corner;
 * there it begins.
 */
function followOutline({ filled, walked, steps, around }: Field, start: number, isOuter: boolean, pen: Pen): void {
  let [crossing, heading, length] = [start, turned(UP, isOuter), 0];
  for (;;) {
    if (heading === UP) walked[crossing + 1] = 1;
    crossing += steps[heading] ?? 0;
    length++;
    const sticksOut = filled[crossing + (around[(heading + 1) & 3] ?? 0)] === 0;
    if (!sticksOut && filled[crossing + (around[heading] ?? 0)] === 0) continue;
    if (crossing === start && heading === UP) break;
    pen.edge(heading, length, sticksOut);
    heading = turned(heading, sticksOut);
    length = 0;
  }
  pen.close();
}

const turned = (heading: number, isOuter: boolean): number => (heading + (isOuter ? 1 : 3)) & 3;

/** The outlines as a path. Corners that stick out are rounded. */
export function outlines(cells: Cells, radiusOf: RadiusOf, left: number, top: number): Segment[] {
  const path: Segment[] = [];
  let [x, y] = [0, 0];
  let first: Turn = [0, 0, UP, UP, 0];
  const turnAt = (heading: number, isOuter: boolean): Turn => {
    const radius = isOuter ? radiusAt(radiusOf, x, y, heading) : 0;
    return [left + x, top + y, heading, turned(heading, isOuter), radius];
  };
  followOutlines(cells, {
    start(startX, startY, isOuter) {
      [x, y] = [startX, startY];
      first = turnAt(UP, isOuter);
      const [cornerX, cornerY, , to, radius] = first;
      path.push(['move', cornerX + (STEP_X[to] ?? 0) * radius, cornerY + (STEP_Y[to] ?? 0) * radius]);
    },
    edge(heading, length, isOuter) {
      x += length * (STEP_X[heading] ?? 0);
      y += length * (STEP_Y[heading] ?? 0);
      turn(path, ...turnAt(heading, isOuter));
    },
    close() {
      if (first[4] > 0) turn(path, ...first);
      path.push(['close']);
    },
  });
  return path;
}

type Turn = readonly [x: number, y: number, from: number, to: number, radius: number];

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
