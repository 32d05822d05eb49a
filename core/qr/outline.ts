import type { Segment } from './drawing.ts';

/** Radii of the corners: upper left, upper right, lower right, lower left. */
export type Radii = readonly [number, number, number, number];

export const allCorners = (radius: number): Radii => [radius, radius, radius, radius];

/** A rectangle, clockwise, whose corners may be rounded. With half of the edge as radius it is a circle. */
export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  [upperLeft, upperRight, lowerRight, lowerLeft]: Radii = allCorners(0),
): Segment[] {
  const [right, bottom] = [x + width, y + height];
  return [
    ['move', x + upperLeft, y],
    ...straightThenRound(right - upperRight, y, right, y, right, y + upperRight),
    ...straightThenRound(right, bottom - lowerRight, right, bottom, right - lowerRight, bottom),
    ...straightThenRound(x + lowerLeft, bottom, x, bottom, x, bottom - lowerLeft),
    ...(upperLeft === 0 ? [] : straightThenRound(x, y + upperLeft, x, y, x + upperLeft, y)),
    ['close'],
  ];
}

/** The same rectangle counter-clockwise: a hole in a shape around it. */
export function rectangularHole(
  x: number,
  y: number,
  width: number,
  height: number,
  [upperLeft, upperRight, lowerRight, lowerLeft]: Radii = allCorners(0),
): Segment[] {
  const [right, bottom] = [x + width, y + height];
  return [
    ['move', x, y + upperLeft],
    ...straightThenRound(x, bottom - lowerLeft, x, bottom, x + lowerLeft, bottom),
    ...straightThenRound(right - lowerRight, bottom, right, bottom, right, bottom - lowerRight),
    ...straightThenRound(right, y + upperRight, right, y, right - upperRight, y),
    ...(upperLeft === 0 ? [] : straightThenRound(x + upperLeft, y, x, y, x, y + upperLeft)),
    ['close'],
  ];
}

export const circle = (centerX: number, centerY: number, diameter: number): Segment[] =>
  rectangle(centerX - diameter / 2, centerY - diameter / 2, diameter, diameter, allCorners(diameter / 2));

function straightThenRound(
  toX: number,
  toY: number,
  cornerX: number,
  cornerY: number,
  x: number,
  y: number,
): readonly Segment[] {
  const line: Segment = ['line', toX, toY];
  return toX === x && toY === y ? [line] : [line, ['round', cornerX, cornerY, x, y]];
}
