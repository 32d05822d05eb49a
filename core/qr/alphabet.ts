import type { Segment } from './drawing.ts';
import type { Strokes } from './letter-strokes.ts';
import { ACCENTS, CAPITALS, DIGITS, SIGNS, SMALL_LETTERS } from './letter-strokes.ts';

/** A letter as strokes of a pen, on a grid on which capitals are six high; y runs down. */
export type Glyph = { readonly width: number; readonly strokes: readonly Segment[] };

/** The characters as they are drawn one by one: accents are part of their letter, however they were typed. */
export const charactersOf = (text: string): readonly string[] => Array.from(text.normalize('NFC'));

/** Latin letters, also with one accent, digits and signs. */
export const isDrawable = (character: string): boolean => find(character) !== null;

/** Throws a RangeError for a character that cannot be drawn. */
export function glyphOf(character: string): Glyph {
  const glyph = find(character);
  if (glyph === null) throw new RangeError(`There is no letter for ${JSON.stringify(character)}.`);
  return glyph;
}

function find(character: string): Glyph | null {
  const glyph = LETTERS.get(character);
  if (glyph !== undefined) return glyph;
  const [letter = '', mark = '', ...more] = Array.from(character.normalize('NFD'));
  const base = LETTERS.get(WITHOUT_DOT[letter] ?? letter);
  const accent = MARKS.get(mark);
  return base === undefined || accent === undefined || more.length > 0 ? null : accented(base, accent);
}

/** An accent takes the place of the dot. */
const WITHOUT_DOT: Readonly<Record<string, string>> = { i: 'ı', j: 'ȷ' };

/** Above the middle of its letter, or below it. */
function accented(base: Glyph, accent: Glyph): Glyph {
  const width = Math.max(base.width, accent.width);
  const isTall = topOf(base) < SMALL_TOP - TALLER_BY / 2;
  const lift = isTall && topOf(accent) < SMALL_TOP ? TALLER_BY : 0;
  return {
    width,
    strokes: [
      ...base.strokes.map((segment) => moved(segment, 1, (width - base.width) / 2, 0)),
      ...accent.strokes.map((segment) => moved(segment, 1, (width - accent.width) / 2, -lift)),
    ],
  };
}

/** Where small letters begin, and how much higher capitals do. */
const [SMALL_TOP, TALLER_BY] = [2, 2];

const topOf = ({ strokes }: Glyph): number =>
  Math.min(
    ...strokes.map((segment) => {
      if (segment[0] === 'close') return Infinity;
      return segment[0] === 'round' ? Math.min(segment[2], segment[4]) : segment[2];
    }),
  );

/** The same step on another grid: `scale` times as large, its origin at (left, top). */
export function moved(segment: Segment, scale: number, left: number, top: number): Segment {
  const x = (value: number): number => left + value * scale;
  const y = (value: number): number => top + value * scale;
  switch (segment[0]) {
    case 'move':
    case 'line':
      return [segment[0], x(segment[1]), y(segment[2])];
    case 'round':
      return ['round', x(segment[1]), y(segment[2]), x(segment[3]), y(segment[4])];
    case 'close':
      return segment;
  }
}

const glyphs = (strokes: Strokes): ReadonlyMap<string, Glyph> =>
  new Map(Object.entries(strokes).map(([character, notation]) => [character, read(notation)]));

const LETTERS = glyphs({ ...CAPITALS, ...SMALL_LETTERS, ...DIGITS, ...SIGNS });
const MARKS = glyphs(ACCENTS);

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
