import type { Mode, VersionGroup } from './capacity.ts';
import { headBits, needsUtf8Head, UTF8_HEAD_BITS } from './capacity.ts';

export type TextSegment = { readonly mode: Mode; readonly data: string };
export type Split = {
  readonly segments: readonly TextSegment[];
  /** Whether the code says first that its bytes are UTF-8. */
  readonly isUtf8: boolean;
  /** All that the code holds but for the terminator. */
  readonly bits: number;
};

/** ISO/IEC 18004 table 5, in the order of their values. */
export const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

const MODES = ['numeric', 'alphanumeric', 'byte'] as const;
const BYTE = 2;

/** Sixths of a bit, in which every cost is whole: 3 digits take 10 bits, 2 alphanumeric characters 11, a byte 8. */
const SIXTHS = 6;
const SIXTHS_PER_DIGIT = 20;
const SIXTHS_PER_ALPHANUMERIC = 33;
const SIXTHS_PER_BYTE = 48;

/** What a character costs in each mode. */
type Steps = readonly [numeric: number, alphanumeric: number, byte: number];
const DIGIT: Steps = [SIXTHS_PER_DIGIT, SIXTHS_PER_ALPHANUMERIC, SIXTHS_PER_BYTE];
const CAPITAL: Steps = [Infinity, SIXTHS_PER_ALPHANUMERIC, SIXTHS_PER_BYTE];
const BYTES: readonly Steps[] = [1, 2, 3, 4].map((bytes) => [Infinity, Infinity, bytes * SIXTHS_PER_BYTE]);

/** Of the characters of ASCII. */
const STEPS: readonly Steps[] = Array.from({ length: 0x80 }, (_, code) => {
  const value = ALPHANUMERIC.indexOf(String.fromCharCode(code));
  return (value < 0 ? BYTES[0] : value < 10 ? DIGIT : CAPITAL) ?? DIGIT;
});

function stepsOf(character: string): Steps {
  const code = character.codePointAt(0) ?? 0;
  return (code < 0x80 ? STEPS[code] : BYTES[code < 0x800 ? 1 : code < 0x10000 ? 2 : 3]) ?? DIGIT;
}

/** The cheapest way to write the text with segments of the three modes. Upper-case addresses come out alphanumeric. */
export function splitText(text: string, group: VersionGroup): Split {
  const characters = Array.from(text);
  const heads = MODES.map((mode) => headBits(mode, group) * SIXTHS);
  // before[i * 3 + mode]: the mode of the character before character i where the cheapest way has character i in `mode`
  const before: number[] = [];
  const costs = [...heads];
  for (let index = 0; index < characters.length; index++) {
    const steps = stepsOf(characters[index] ?? '');
    const leaving = index === 0 ? BYTE : leastMode(costs);
    const left = index === 0 ? Infinity : wholeBits(costs[leaving] ?? 0);
    for (let mode = 0; mode < MODES.length; mode++) {
      const stayed = costs[mode] ?? 0;
      const switched = left + (heads[mode] ?? 0);
      costs[mode] = Math.min(stayed, switched) + (steps[mode] ?? 0);
      before.push(switched < stayed ? leaving : mode);
    }
  }
  const last = leastMode(costs);
  const isUtf8 = needsUtf8Head(text);
  const bits = wholeBits(costs[last] ?? 0) / SIXTHS + (isUtf8 ? UTF8_HEAD_BITS : 0);
  return { segments: segmentsOf(characters, before, last), isUtf8, bits };
}

const wholeBits = (sixths: number): number => Math.ceil(sixths / SIXTHS) * SIXTHS;

/** Of equally cheap modes the later one: bytes are what every scanner reads. */
function leastMode(costs: readonly number[]): number {
  let [least, bits] = [BYTE, wholeBits(costs[BYTE] ?? 0)];
  for (let mode = BYTE - 1; mode >= 0; mode--) {
    const other = wholeBits(costs[mode] ?? 0);
    if (other < bits) [least, bits] = [mode, other];
  }
  return least;
}

/** Goes back along the cheapest way and joins neighbours of one mode. */
function segmentsOf(characters: readonly string[], before: readonly number[], last: number): readonly TextSegment[] {
  const segments: TextSegment[] = [];
  let mode = last;
  let end = characters.length;
  for (let index = characters.length - 1; index >= 0; index--) {
    const previous = before[index * MODES.length + mode] ?? BYTE;
    if (index > 0 && previous === mode) continue;
    segments.push({ mode: MODES[mode] ?? 'byte', data: characters.slice(index, end).join('') });
    end = index;
    mode = previous;
  }
  return segments.toReversed();
}
