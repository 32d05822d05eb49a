import type { Path, Segment } from './drawing.ts';

/** Lengths are kept to a thousandth of a module, as whole numbers, so that nothing adds up from step to step. */
const PARTS = 1000;
const parts = (value: number): number => Math.round(value * PARTS);

/** The path in SVG's words, relative and as short as they go; two quarters of one ellipse make one arc. */
export function svgPath(path: Path): string {
  let out = '';
  let [x, y, startX, startY] = [0, 0, 0, 0];
  for (let index = 0; index < path.length; index++) {
    const segment = path[index];
    if (segment === undefined) break;
    if (segment[0] === 'round') {
      const half = halfOf(segment, path[index + 1], x, y);
      if (half !== null) index++;
      const [, , , endX, endY] = half ?? segment;
      out += arc(segment, parts(endX), parts(endY), x, y);
      [x, y] = [parts(endX), parts(endY)];
    } else if (segment[0] === 'close') {
      out += 'z';
      [x, y] = [startX, startY];
    } else {
      const toX = parts(segment[1]);
      const toY = parts(segment[2]);
      if (segment[0] === 'line') out += line(toX - x, toY - y);
      else {
        out += index === 0 ? `M${joined(toX, toY)}` : `m${joined(toX - x, toY - y)}`;
        startX = toX;
        startY = toY;
      }
      x = toX;
      y = toY;
    }
  }
  return out;
}

type Round = Extract<Segment, readonly ['round', ...number[]]>;

const line = (dx: number, dy: number): string =>
  dy === 0 ? `h${number(dx)}` : dx === 0 ? `v${number(dy)}` : `l${joined(dx, dy)}`;

function arc(segment: Round, toX: number, toY: number, x: number, y: number): string {
  const radii = joined(Math.abs(parts(segment[3]) - x), Math.abs(parts(segment[4]) - y));
  return `a${radii} 0 0 ${isClockwise(segment, x, y) ? 1 : 0} ${joined(toX - x, toY - y)}`;
}

function isClockwise([, cornerX, cornerY, endX, endY]: Round, x: number, y: number): boolean {
  return (parts(cornerX) - x) * (parts(endY) - parts(cornerY)) > (parts(cornerY) - y) * (parts(endX) - parts(cornerX));
}

/** The next segment, if the two quarters make half of one ellipse: they have its middle in common and its direction. */
function halfOf(segment: Round, next: Segment | undefined, x: number, y: number): Round | null {
  if (next?.[0] !== 'round') return null;
  const [midX, midY] = [parts(segment[3]), parts(segment[4])];
  const isSame =
    x - parts(segment[1]) === parts(next[3]) - parts(next[1]) &&
    y - parts(segment[2]) === parts(next[4]) - parts(next[2]);
  return isSame && isClockwise(segment, x, y) === isClockwise(next, midX, midY) ? next : null;
}

const joined = (one: number, other: number): string => {
  const [first, second] = [number(one), number(other)];
  const separate = second.startsWith('-') || (second.startsWith('.') && first.includes('.'));
  return separate ? first + second : `${first} ${second}`;
};

const number = (value: number): string =>
  value % PARTS === 0 ? String(value / PARTS) : String(value / PARTS).replace(/^(-?)0\./, '$1.');
