import type { Segment } from './drawing.ts';

/** Radii of the corners: upper left, upper right, lower right, lower left. */
export type Radii = readonly [number, number, number, number];

export const allCorners = (radius: number): Radii => [radius, radius, radius, radius];

/** A rectangle, clockwise, whose corners may be rounded. With half of the edge as radius it is a circle. */
export const rectangle = (x: number, y: number, width: number, height: number, radii = allCorners(0)): Segment[] =>
  loop(cornersOf(x, y, width, height, radii));

/** The same rectangle counter-clockwise: a hole in a shape around it. */
export const rectangularHole = (x: number, y: number, width: number, height: number, radii: Radii): Segment[] =>
  loop(cornersOf(x, y, width, height, radii).toReversed());

export const circle = (centerX: number, centerY: number, diameter: number): Segment[] =>
  rectangle(centerX - diameter / 2, centerY - diameter / 2, diameter, diameter, allCorners(diameter / 2));

type Corner = { readonly x: number; readonly y: number; readonly radius: number };

const cornersOf = (x: number, y: number, width: number, height: number, radii: Radii): Corner[] => [
  { x, y, radius: radii[0] },
  { x: x + width, y, radius: radii[1] },
  { x: x + width, y: y + height, radius: radii[2] },
  { x, y: y + height, radius: radii[3] },
];

/** Closed, from corner to corner along upright edges. */
function loop(corners: readonly Corner[]): Segment[] {
  const path: Segment[] = [];
  let [x, y] = [Number.NaN, Number.NaN];
  for (let index = 0; index <= corners.length; index++) {
    const corner = corners[index % corners.length];
    const before = corners[(index + corners.length - 1) % corners.length];
    const after = corners[(index + 1) % corners.length];
    if (corner === undefined || before === undefined || after === undefined) break;
    const [leaveX, leaveY] = towards(corner, after);
    if (index === 0) path.push(['move', leaveX, leaveY]);
    else if (index < corners.length || corner.radius > 0) {
      const [arriveX, arriveY] = towards(corner, before);
      if (!isNear(arriveX, x) || !isNear(arriveY, y)) path.push(['line', arriveX, arriveY]);
      if (corner.radius > 0) path.push(['round', corner.x, corner.y, leaveX, leaveY]);
    }
    [x, y] = [leaveX, leaveY];
  }
  path.push(['close']);
  return path;
}

/** As far from the corner as it is round. */
const towards = ({ x, y, radius }: Corner, other: Corner): readonly [x: number, y: number] => [
  x + Math.sign(other.x - x) * radius,
  y + Math.sign(other.y - y) * radius,
];

/** Two halves of an edge meet but for the last bit. */
const isNear = (one: number, other: number): boolean => Math.abs(one - other) < 1e-9;
