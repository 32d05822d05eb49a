import type { Box } from './drawing.ts';
import type { QrMatrix } from './matrix.ts';
import { roleAt, rolesOf } from './roles.ts';

/** A logo may lie on these; without any other module a code is not found or not read at all. */
const MAY_BE_HIDDEN = ['data', 'alignment'];

/**
 * Whole modules in the middle of the code for a logo of this shape (`aspect` is width / height): the fewest that give it the most
 * room, hide no more than `share` of all and touch nothing that a scanner needs. Null where not even 3 × 3 do. In modules from
 * the code's own corner.
 */
export function logoArea(matrix: Pick<QrMatrix, 'size'>, share: number, aspect = 1): Box | null {
  const roles = rolesOf(matrix.size);
  const allowed = share * matrix.size ** 2;
  let best: Box | null = null;
  /** Of the picture in the best box, which it need not fill. */
  let bestHeight = 0;
  for (let height = oddAtMost(Math.sqrt(allowed / aspect)); height >= Math.max(SMALLEST, bestHeight); height -= 2) {
    const widest = Math.min(oddAtMost(height * aspect + 1), oddAtMost(allowed / height));
    for (let width = widest; width >= Math.max(SMALLEST, bestHeight * aspect); width -= 2) {
      const box = centered(matrix.size, width, height);
      if (!mayBeHidden(roles, matrix.size, box)) continue;
      best = box;
      bestHeight = Math.min(width / aspect, height);
      break;
    }
  }
  return best;
}

/** The part of all modules (0–1) that such a logo hides in the end. */
export function hiddenBy(share: number, matrix: Pick<QrMatrix, 'size'>, aspect: number): number {
  const area = logoArea(matrix, share, aspect);
  return area === null ? 0 : (area.width * area.height) / matrix.size ** 2;
}

const SMALLEST = 3;

/** A code has an odd number of modules, and so has what lies in its middle. */
const oddAtMost = (length: number): number => Math.floor((length - 1) / 2) * 2 + 1;

const centered = (size: number, width: number, height: number): Box => ({
  x: (size - width) / 2,
  y: (size - height) / 2,
  width,
  height,
});

function mayBeHidden(roles: Uint8Array, size: number, { x, y, width, height }: Box): boolean {
  for (let row = y; row < y + height; row++)
    for (let column = x; column < x + width; column++)
      if (row < 0 || column < 0 || !MAY_BE_HIDDEN.includes(roleAt(roles, row * size + column))) return false;
  return true;
}
