/**
 * How hard a masked code is to scan, by ISO/IEC 18004 §7.8.3, as `qrcode` counts it. A code is packed as rows of 32-bit words,
 * and all columns of a word are judged at once; rows are judged as the columns of the transposed code.
 */
export type Packed = { readonly size: number; readonly wordsPerRow: number; readonly words: Int32Array };

const RUN_POINTS = 3;
const BLOCK_POINTS = 3;
const FINDER_POINTS = 40;
const BALANCE_POINTS = 10;
/** Dark, light, dark ×3, light, dark, with so many light modules before it or after it. */
const FINDER_LENGTH = 7;
const LIGHT_BESIDE = 4;

export const emptyPacked = (size: number): Packed => {
  const wordsPerRow = Math.ceil(size / 32);
  return { size, wordsPerRow, words: new Int32Array(size * wordsPerRow) };
};

export function setBit({ words, wordsPerRow }: Packed, row: number, column: number): void {
  const at = row * wordsPerRow + (column >> 5);
  words[at] = (words[at] ?? 0) | (1 << (column & 31));
}

/** Of one code and the same code transposed. */
export function penalty(code: Packed, transposed: Packed): number {
  return columnPenalty(code) + columnPenalty(transposed) + blockPenalty(code) + balancePenalty(code);
}

function columnPenalty(code: Packed): number {
  let points = 0;
  for (let word = 0; word < code.wordsPerRow; word++) points += runPoints(code, word) + finderPoints(code, word);
  return points;
}

/** A run of n ≥ 5 equal modules is n − 2 points: one for each window of five in it, and two for its first. */
function runPoints({ words, wordsPerRow, size }: Packed, word: number): number {
  const used = usedBits(size, word);
  let points = 0;
  let same1 = 0;
  let same2 = 0;
  let same3 = 0;
  let before = 0;
  for (let row = 1; row < size; row++) {
    const at = row * wordsPerRow + word;
    const same = ~((words[at] ?? 0) ^ (words[at - wordsPerRow] ?? 0)) & used;
    const five = same & same1 & same2 & same3;
    if (five !== 0) points += ones(five) + (RUN_POINTS - 1) * ones(five & ~before);
    before = five;
    same3 = same2;
    same2 = same1;
    same1 = same;
  }
  return points;
}

function finderPoints({ words, wordsPerRow, size }: Packed, word: number): number {
  const used = usedBits(size, word);
  const dark = (row: number): number => words[row * wordsPerRow + word] ?? 0;
  const light = (row: number): number => ~(dark(row) | dark(row + 1) | dark(row + 2) | dark(row + 3));
  let found = 0;
  for (let row = 0; row + FINDER_LENGTH <= size; row++) {
    const middle = dark(row) & dark(row + 2) & dark(row + 3) & dark(row + 4) & dark(row + 6);
    const like = middle & ~dark(row + 1) & ~dark(row + 5) & used;
    if (like === 0) continue;
    if (row >= LIGHT_BESIDE) found += ones(like & light(row - LIGHT_BESIDE));
    if (row + FINDER_LENGTH + LIGHT_BESIDE <= size) found += ones(like & light(row + FINDER_LENGTH));
  }
  return found * FINDER_POINTS;
}

/** Squares of 2 × 2 equal modules. */
function blockPenalty({ words, wordsPerRow, size }: Packed): number {
  let blocks = 0;
  for (let row = 0; row + 1 < size; row++) {
    for (let word = 0; word < wordsPerRow; word++) {
      const at = row * wordsPerRow + word;
      const upper = words[at] ?? 0;
      const below = words[at + wordsPerRow] ?? 0;
      const last = word === wordsPerRow - 1;
      const upperRight = shiftedLeft(upper, last ? 0 : (words[at + 1] ?? 0));
      const belowRight = shiftedLeft(below, last ? 0 : (words[at + wordsPerRow + 1] ?? 0));
      const equal = ~(upper ^ below) & ~(upper ^ upperRight) & ~(below ^ belowRight);
      blocks += ones(equal & usedBits(size - 1, word));
    }
  }
  return blocks * BLOCK_POINTS;
}

/** Ten points for every 5 % that the share of dark modules is away from a half. */
function balancePenalty({ words, size }: Packed): number {
  let dark = 0;
  for (const word of words) dark += ones(word);
  return BALANCE_POINTS * Math.abs(Math.ceil((dark * 100) / (size * size) / 5) - 10);
}

/** The columns of a word, each one further; the first of the next word comes in. */
const shiftedLeft = (word: number, next: number): number => (word >>> 1) | (next << 31);

/** The bits of a word that are columns of the code. */
function usedBits(size: number, word: number): number {
  const columns = size - word * 32;
  return columns >= 32 ? -1 : columns <= 0 ? 0 : (1 << columns) - 1;
}

function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
