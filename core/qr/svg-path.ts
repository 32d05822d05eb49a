import type { Path, Segment } from './drawing.ts';

/** Lengths are kept to a thousandth of a module, as whole numbers, so that nothing adds up from step to step. */
const PARTS = 1000;

/** The path in SVG's words, relative and as short as they go; two quarters of one ellipse make one arc. */
export function svgPath(path: Path): string {
  let out = '';
  let [x, y, startX, startY] = [0, 0, 0, 0];
  for (let index = 0; index < path.length; index++) {
    const segment = path[index];
    if (segment === undefined) break;
    if (segment[0] === 'close') {
      out += 'z';
      [x, y] = [startX, startY];
      continue;
    }
    const [toX, toY] = endOf(segment);
    if (segment[0] === 'move') {
      out += index === 0 ? `M${joined(toX, toY)}` : `m${joined(toX - x, toY - y)}`;
      [startX, startY] = [toX, toY];
    } else if (segment[0] === 'line') out += line(toX - x, toY - y);
    else {
      const half = halfEnd(segment, path[index + 1], x, y);
      if (half !== null) index++;
      out += arc(segment, half ?? [toX, toY], x, y);
      [x, y] = half ?? [toX, toY];
      continue;
    }
    [x, y] = [toX, toY];
  }
  return out;
}

type Point = readonly [x: number, y: number];
type Round = Extract<Segment, readonly ['round', ...number[]]>;

const parts = (value: number): number => Math.round(value * PARTS);

const endOf = (segment: Exclude<Segment, readonly ['close']>): Point =>
  segment[0] === 'round' ? [parts(segment[3]), parts(segment[4])] : [parts(segment[1]), parts(segment[2])];

const line = (dx: number, dy: number): string =>
  dy === 0 ? `h${number(dx)}` : dx === 0 ? `v${number(dy)}` : `l${joined(dx, dy)}`;

function arc(segment: Round, [toX, toY]: Point, x: number, y: number): string {
  const [endX, endY] = endOf(segment);
  const radii = joined(Math.abs(endX - x), Math.abs(endY - y));
  return `a${radii} 0 0 ${isClockwise(segment, x, y) ? 1 : 0} ${joined(toX - x, toY - y)}`;
}

function isClockwise(segment: Round, x: number, y: number): boolean {
  const [cornerX, cornerY] = [parts(segment[1]), parts(segment[2])];
  const [endX, endY] = endOf(segment);
  return (cornerX - x) * (endY - cornerY) - (cornerY - y) * (endX - cornerX) > 0;
}

/** Where a half ellipse ends that begins with this quarter, if the next segment is its other quarter. */
function halfEnd(segment: Round, next: Segment | undefined, x: number, y: number): Point | null {
  if (next?.[0] !== 'round') return null;
  const [midX, midY] = endOf(segment);
  const [endX, endY] = endOf(next);
  const center: Point = [x + midX - parts(segment[1]), y + midY - parts(segment[2])];
  const nextCenter: Point = [midX + endX - parts(next[1]), midY + endY - parts(next[2])];
  const isSame = center[0] === nextCenter[0] && center[1] === nextCenter[1];
  return isSame && isClockwise(segment, x, y) === isClockwise(next, midX, midY) ? [endX, endY] : null;
}

const joined = (one: number, other: number): string => {
  const [first, second] = [number(one), number(other)];
  const separate = second.startsWith('-') || (second.startsWith('.') && first.includes('.'));
  return separate ? first + second : `${first} ${second}`;
};

const number = (value: number): string =>
  value % PARTS === 0 ? String(value / PARTS) : String(value / PARTS).replace(/^(-?)0\./, '$1.');
