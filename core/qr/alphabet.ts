import type { Segment } from './drawing.ts';

/** A letter as strokes of a pen, on a grid on which capitals are six high; y runs down. */
export type Glyph = { readonly width: number; readonly strokes: readonly Segment[] };

/**
 * Our own, so that words can be drawn where there is no font. Width, then strokes: `M x y` lifts the pen to, `L x y` draws to,
 * `R cx cy x y` draws a quarter of an ellipse whose corner would be (cx, cy), `Z` back to where the stroke began.
 */
const STROKES: Readonly<Record<string, string>> = {
  ' ': '1.4',
  A: '4.4 M0 6 L2.2 0 L4.4 6 M.8 4 L3.6 4',
  B: '3.6 M0 0 L0 6 L2 6 R3.6 6 3.6 4.4 R3.6 2.9 2 2.9 L0 2.9 M0 0 L1.8 0 R3.3 0 3.3 1.45 R3.3 2.9 1.8 2.9',
  C: '4 M4 1.3 R3.5 0 2.1 0 R0 0 0 2.2 L0 3.8 R0 6 2.1 6 R3.5 6 4 4.7',
  D: '4 M0 0 L0 6 L1.7 6 R4 6 4 3.7 L4 2.3 R4 0 1.7 0 Z',
  E: '3.2 M3.2 0 L0 0 L0 6 L3.2 6 M0 2.9 L2.8 2.9',
  F: '3.2 M3.2 0 L0 0 L0 6 M0 3 L2.8 3',
  G: '4.2 M4 1.3 R3.5 0 2.1 0 R0 0 0 2.2 L0 3.8 R0 6 2.1 6 R4.2 6 4.2 3.8 L4.2 3.2 L2.4 3.2',
  H: '4 M0 0 L0 6 M4 0 L4 6 M0 2.9 L4 2.9',
  I: '0 M0 0 L0 6',
  J: '2.8 M2.8 0 L2.8 4.4 R2.8 6 1.3 6 R.2 6 0 4.9',
  K: '3.8 M0 0 L0 6 M3.6 0 L0 3.8 M1.3 2.5 L3.8 6',
  L: '3 M0 0 L0 6 L3 6',
  M: '5 M0 6 L0 0 L2.5 4 L5 0 L5 6',
  N: '4 M0 6 L0 0 L4 6 L4 0',
  O: '4.4 M0 2.2 R0 0 2.2 0 R4.4 0 4.4 2.2 L4.4 3.8 R4.4 6 2.2 6 R0 6 0 3.8 Z',
  P: '3.6 M0 6 L0 0 L1.9 0 R3.6 0 3.6 1.7 R3.6 3.4 1.9 3.4 L0 3.4',
  Q: '4.4 M0 2.2 R0 0 2.2 0 R4.4 0 4.4 2.2 L4.4 3.8 R4.4 6 2.2 6 R0 6 0 3.8 Z M2.7 4.3 L4.5 6.3',
  R: '3.8 M0 6 L0 0 L1.9 0 R3.6 0 3.6 1.65 R3.6 3.3 1.9 3.3 L0 3.3 M1.9 3.3 L3.8 6',
  S: '3.6 M3.4 1.2 R3 0 1.8 0 R.1 0 .1 1.5 R.1 2.6 1.8 2.9 R3.6 3.2 3.6 4.5 R3.6 6 1.8 6 R.4 6 0 4.7',
  T: '4 M0 0 L4 0 M2 0 L2 6',
  U: '4 M0 0 L0 4 R0 6 2 6 R4 6 4 4 L4 0',
  V: '4.2 M0 0 L2.1 6 L4.2 0',
  W: '6 M0 0 L1.5 6 L3 1 L4.5 6 L6 0',
  X: '4 M0 0 L4 6 M4 0 L0 6',
  Y: '4 M0 0 L2 3.1 L4 0 M2 3.1 L2 6',
  Z: '3.8 M0 0 L3.8 0 L0 6 L3.8 6',
  0: '3.8 M0 2 R0 0 1.9 0 R3.8 0 3.8 2 L3.8 4 R3.8 6 1.9 6 R0 6 0 4 Z',
  1: '1.6 M0 1.2 L1.6 0 L1.6 6',
  2: '3.6 M.1 1.5 R.3 0 1.8 0 R3.5 0 3.5 1.6 R3.5 2.5 2.5 3.5 L0 6 L3.6 6',
  3: '3.6 M.2 0 L3.4 0 L1.7 2.4 R3.6 2.4 3.6 4.2 R3.6 6 1.8 6 R.4 6 0 4.8',
  4: '4 M3 6 L3 0 L0 4.3 L4 4.3',
  5: '3.6 M3.3 0 L.5 0 L.2 2.7 R.9 2.2 1.8 2.2 R3.6 2.2 3.6 4.1 R3.6 6 1.8 6 R.4 6 0 4.9',
  6: '3.6 M3.2 .9 R2.8 0 1.9 0 R0 0 0 2.6 L0 4.1 R0 6 1.8 6 R3.6 6 3.6 4.2 R3.6 2.4 1.8 2.4 R0 2.4 0 4.1',
  7: '3.6 M0 0 L3.6 0 L1.2 6',
  8: '3.6 M1.8 2.8 R.2 2.8 .2 1.4 R.2 0 1.8 0 R3.4 0 3.4 1.4 R3.4 2.8 1.8 2.8 R3.6 2.8 3.6 4.4 R3.6 6 1.8 6 R0 6 0 4.4 R0 2.8 1.8 2.8',
  9: '3.6 M.4 5.1 R.8 6 1.7 6 R3.6 6 3.6 3.4 L3.6 1.9 R3.6 0 1.8 0 R0 0 0 1.8 R0 3.6 1.8 3.6 R3.6 3.6 3.6 1.9',
  '.': '0 M0 6 L0 5.95',
  ',': '.5 M.5 5.8 L0 7',
  ':': '0 M0 2.2 L0 2.25 M0 6 L0 5.95',
  '!': '0 M0 0 L0 4 M0 6 L0 5.95',
  '?': '3.2 M0 1.4 R.2 0 1.6 0 R3.2 0 3.2 1.5 R3.2 2.6 1.6 3.1 L1.6 4 M1.6 6 L1.6 5.95',
  '-': '2 M0 3.2 L2 3.2',
  '+': '3 M0 3.2 L3 3.2 M1.5 1.7 L1.5 4.7',
  '/': '2.6 M0 6.6 L2.6 -.4',
  '&': '4.4 M4.4 6 L.9 2.1 R.5 1.6 .5 1.2 R.5 0 1.7 0 R2.9 0 2.9 1.2 R2.9 2.1 1.6 2.8 R0 3.5 0 4.5 R0 6 1.7 6 R3.6 6 4 3.6',
  "'": '0 M0 0 L0 1.3',
  '#': '4 M1.4 0 L.8 6 M3.2 0 L2.6 6 M.2 2 L4 2 M0 4 L3.8 4',
  '@': '5.2 M3.8 4.4 R1.5 4.4 1.5 3 R1.5 1.7 2.7 1.7 R3.8 1.7 3.8 3 L3.8 3.7 R3.8 4.4 4.5 4.4 R5.2 4.4 5.2 3 L5.2 2.4 R5.2 0 2.6 0 R0 0 0 2.4 L0 3.6 R0 6 2.6 6 L4 6',
};

/** What words may be made of; small letters are drawn as capitals. */
export const LETTERS = Object.keys(STROKES).join('');

/** Throws a RangeError for a character that LETTERS does not have. */
export function glyphOf(character: string): Glyph {
  const glyph = GLYPHS.get(character);
  if (glyph === undefined) throw new RangeError(`There is no letter for ${JSON.stringify(character)}.`);
  return glyph;
}

const GLYPHS: ReadonlyMap<string, Glyph> = new Map(
  Object.entries(STROKES).map(([character, notation]) => [character, read(notation)]),
);

function read(notation: string): Glyph {
  const [width = '0', ...strokes] = notation.split(/ (?=[MLRZ])/);
  return { width: Number(width), strokes: strokes.map(readStep) };
}

function readStep(step: string): Segment {
  const [a = 0, b = 0, c = 0, d = 0] = step.slice(1).split(' ').map(Number);
  switch (step[0]) {
    case 'M':
      return ['move', a, b];
    case 'L':
      return ['line', a, b];
    case 'R':
      return ['round', a, b, c, d];
    default:
      return ['close'];
  }
}
