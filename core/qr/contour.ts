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
export function outlines(cells: Cells, radiusOf: RadiusOf | null, left: number, top: number): Segment[] {
  const path: Segment[] = [];
  // Every outline has an edge that goes up, with a module at its right and none at its left; each is walked once.
  const walked = new Uint8Array(cells.filled.length);
  for (let row = 0, at = 0; row < cells.size; row++) {
    for (let column = 0; column < cells.size; column++, at++) {
      if (cells.filled[at] === 0 || walked[at] === 1 || isFilled(cells, row, column - 1)) continue;
      emit(walk(cells, walked, row, column, radiusOf), left, top, path);
    }
  }
  return path;
}

type Corner = {
  readonly x: number;
  readonly y: number;
  readonly from: number;
  readonly to: number;
  readonly radius: number;
};

/** Follows the edge with the modules at its right hand, from the left edge of one of them, until it is back. */
function walk(cells: Cells, walked: Uint8Array, row: number, column: number, radiusOf: RadiusOf | null): Corner[] {
  const corners: Corner[] = [];
  let [x, y, heading] = [column, row + 1, UP];
  do {
    if (heading === UP) walked[(y - 1) * cells.size + x] = 1;
    x += STEP_X[heading] ?? 0;
    y += STEP_Y[heading] ?? 0;
    const [aheadRight, aheadLeft] = cellsAhead(x, y, heading);
    const turn = !isFilled(cells, ...aheadRight) ? 1 : isFilled(cells, ...aheadLeft) ? 3 : 0;
    if (turn !== 0) {
      const to = (heading + turn) % 4;
      const [ownRow, ownColumn] = cellBehind(x, y, heading);
      const radius = turn === 1 && radiusOf !== null ? radiusOf(ownRow, ownColumn, heading) : 0;
      corners.push({ x, y, from: heading, to, radius });
      heading = to;
    }
  } while (x !== column || y !== row + 1 || heading !== UP);
  return corners;
}

type Cell = [row: number, column: number];

/** The four modules around a crossing, clockwise from the upper left, are numbered like the headings they lie ahead-left of. */
const around = (x: number, y: number, number: number): Cell => {
  const at = number % 4;
  return [at < 2 ? y - 1 : y, at === 0 || at === 3 ? x - 1 : x];
};
const cellsAhead = (x: number, y: number, heading: number): readonly [right: Cell, left: Cell] => [
  around(x, y, heading + 1),
  around(x, y, heading),
];
const cellBehind = (x: number, y: number, heading: number): Cell => around(x, y, heading + 2);

function emit(corners: readonly Corner[], left: number, top: number, path: Segment[]): void {
  const first = corners[0];
  if (first === undefined) return;
  let [x, y] = [
    left + first.x + (STEP_X[first.to] ?? 0) * first.radius,
    top + first.y + (STEP_Y[first.to] ?? 0) * first.radius,
  ];
  path.push(['move', x, y]);
  for (let index = 1; index <= corners.length; index++) {
    const corner = corners[index % corners.length] ?? first;
    const { radius } = corner;
    if (index === corners.length && radius === 0) break;
    const [cornerX, cornerY] = [left + corner.x, top + corner.y];
    const [toX, toY] = [cornerX - (STEP_X[corner.from] ?? 0) * radius, cornerY - (STEP_Y[corner.from] ?? 0) * radius];
    if (toX !== x || toY !== y) path.push(['line', toX, toY]);
    [x, y] = [cornerX + (STEP_X[corner.to] ?? 0) * radius, cornerY + (STEP_Y[corner.to] ?? 0) * radius];
    if (radius > 0) path.push(['round', cornerX, cornerY, x, y]);
  }
  path.push(['close']);
}
