import type { Cells, RadiusOf } from './contour.ts';
import { isFilled, outlines } from './contour.ts';
import type { Segment } from './drawing.ts';
import type { Radii } from './outline.ts';
import { allCorners, circle, rectangle } from './outline.ts';
import type { DotShape, QrStyle } from './style.ts';

/** The modules of the data, the patterns for timing and alignment among them, as one path. */
export function dots(cells: Cells, { shape, scale }: QrStyle['dots'], left: number, top: number): Segment[] {
  if (shape === 'vertical' || shape === 'horizontal') return bars(cells, shape, scale, left, top);
  if (shape === 'dots') return each(cells, (row, column) => circle(left + column + 0.5, top + row + 0.5, scale));
  if (scale === 1) return outlines(cells, radiusRule(cells, shape), left, top);
  const inset = (1 - scale) / 2;
  const radii = LONE_RADII[shape].map((radius) => radius * scale) as unknown as Radii;
  return each(cells, (row, column) => rectangle(left + column + inset, top + row + inset, scale, scale, radii));
}

type Connected = Exclude<DotShape, 'dots' | 'vertical' | 'horizontal'>;

/** The corners of a module that stands apart, in parts of its edge. */
const LONE_RADII: Readonly<Record<Connected, Radii>> = {
  square: allCorners(0),
  rounded: allCorners(0.25),
  'extra-rounded': allCorners(0.4),
  classy: [0.5, 0, 0.5, 0],
  'classy-rounded': [0.5, 0.25, 0.5, 0.25],
};

/** How round the corners are that stick out of a group, by what the module has beside it; as qr-code-styling does it. */
function radiusRule(cells: Cells, shape: Connected): RadiusOf {
  const neighbours = (row: number, column: number): number =>
    Number(isFilled(cells, row - 1, column)) +
    Number(isFilled(cells, row + 1, column)) +
    Number(isFilled(cells, row, column - 1)) +
    Number(isFilled(cells, row, column + 1));
  const isFalling = (corner: number): boolean => corner % 2 === 0;
  switch (shape) {
    case 'square':
      return () => 0;
    case 'rounded':
      return () => 0.5;
    case 'extra-rounded':
      return (row, column) => (neighbours(row, column) === 2 ? 1 : 0.5);
    case 'classy':
      return (_row, _column, corner) => (isFalling(corner) ? 0.5 : 0);
    case 'classy-rounded':
      return (row, column, corner) => (isFalling(corner) ? (neighbours(row, column) > 0 ? 1 : 0.5) : 0);
  }
}

function each({ size, filled }: Cells, shapeOf: (row: number, column: number) => Segment[]): Segment[] {
  const path: Segment[] = [];
  filled.forEach((is, at) => {
    if (is === 1) path.push(...shapeOf(Math.floor(at / size), at % size));
  });
  return path;
}

/** Neighbours in one direction run together with round ends; `scale` is how broad they are. */
function bars(cells: Cells, direction: 'vertical' | 'horizontal', scale: number, left: number, top: number): Segment[] {
  const path: Segment[] = [];
  const inset = (1 - scale) / 2;
  const at = (line: number, step: number): Cell => (direction === 'vertical' ? [step, line] : [line, step]);
  for (let line = 0; line < cells.size; line++) {
    for (let start = 0, step = 0; step <= cells.size; step++) {
      if (isFilled(cells, ...at(line, step))) continue;
      const length = step - start;
      if (length > 0) {
        const [row, column] = at(line, start);
        const [width, height] = direction === 'vertical' ? [1, length] : [length, 1];
        const box = [left + column + inset, top + row + inset, width - 2 * inset, height - 2 * inset] as const;
        path.push(...rectangle(...box, allCorners(scale / 2)));
      }
      start = step + 1;
    }
  }
  return path;
}

type Cell = [row: number, column: number];
