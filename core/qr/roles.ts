/** What a module is for (ISO/IEC 18004 §6.3). Data can be restored by error correction, nothing else can. */
export const ROLES = ['data', 'finder', 'separator', 'timing', 'alignment', 'format', 'version'] as const;
export type Role = (typeof ROLES)[number];

/** Modules of a finder pattern's edge; the middle 3 × 3 are its ball, the rim its frame. */
export const FINDER_SIZE = 7;
const ALIGNMENT_REACH = 2;
const TIMING_LINE = 6;
const FIRST_WITH_VERSION_BITS = 7;

export const versionOfSize = (size: number): number => (size - 17) / 4;

/** The upper left corners of the three finder patterns. */
export const finderCorners = (size: number): readonly (readonly [row: number, column: number])[] => [
  [0, 0],
  [0, size - FINDER_SIZE],
  [size - FINDER_SIZE, 0],
];

/** ISO/IEC 18004 annex E: rows (and columns) in whose crossings alignment patterns have their middle. */
function alignmentLines(version: number): readonly number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const last = version * 4 + 10;
  const step = version === 32 ? 26 : Math.ceil((last - TIMING_LINE) / (count - 1) / 2) * 2;
  return [TIMING_LINE, ...Array.from({ length: count - 1 }, (_, index) => last - (count - 2 - index) * step)];
}

/** The role of each module, row by row, as its place in ROLES. */
export function rolesOf(size: number): Uint8Array {
  const roles = new Uint8Array(size * size);
  const fill = (role: Role, top: number, left: number, height: number, width: number): void => {
    for (let row = Math.max(0, top); row < Math.min(size, top + height); row++)
      roles.fill(ROLES.indexOf(role), row * size + Math.max(0, left), row * size + Math.min(size, left + width));
  };
  fill('timing', TIMING_LINE, 0, 1, size);
  fill('timing', 0, TIMING_LINE, size, 1);
  fillAlignment(size, fill);
  fill('format', 8, 0, 1, 9);
  fill('format', 0, 8, 9, 1);
  fill('format', 8, size - 8, 1, 8);
  fill('format', size - 8, 8, 8, 1);
  for (const [row, column] of finderCorners(size))
    fill('separator', row - 1, column - 1, FINDER_SIZE + 2, FINDER_SIZE + 2);
  for (const [row, column] of finderCorners(size)) fill('finder', row, column, FINDER_SIZE, FINDER_SIZE);
  if (versionOfSize(size) >= FIRST_WITH_VERSION_BITS) {
    fill('version', 0, size - 11, 6, 3);
    fill('version', size - 11, 0, 3, 6);
  }
  return roles;
}

function fillAlignment(
  size: number,
  fill: (role: Role, top: number, left: number, height: number, width: number) => void,
): void {
  const lines = alignmentLines(versionOfSize(size));
  const last = lines.length - 1;
  lines.forEach((row, down) => {
    lines.forEach((column, across) => {
      const isFinder = (down === 0 && (across === 0 || across === last)) || (down === last && across === 0);
      const edge = 2 * ALIGNMENT_REACH + 1;
      if (!isFinder) fill('alignment', row - ALIGNMENT_REACH, column - ALIGNMENT_REACH, edge, edge);
    });
  });
}

export const roleAt = (roles: Uint8Array, index: number): Role => ROLES[roles[index] ?? 0] ?? 'data';
