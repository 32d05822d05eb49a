import type { Mode, VersionGroup } from './capacity.ts';
import { headBits } from './capacity.ts';

export type TextSegment = { readonly mode: Mode; readonly data: string };
export type Split = { readonly segments: readonly TextSegment[]; readonly bits: number };

const MODES = ['numeric', 'alphanumeric', 'byte'] as const;
const BYTE = 2;

/** Sixths of a bit, in which every cost is whole: 3 digits take 10 bits, 2 alphanumeric characters 11, a byte 8. */
const SIXTHS = 6;
const SIXTHS_PER_DIGIT = 20;
const SIXTHS_PER_ALPHANUMERIC = 33;
const SIXTHS_PER_BYTE = 48;

/** The cheapest way to write the text with segments of the three modes. Upper-case addresses come out alphanumeric. */
export function splitText(text: string, group: VersionGroup): Split {
  const characters = Array.from(text);
  const heads = MODES.map((mode) => headBits(mode, group) * SIXTHS);
  // before[i * 3 + mode]: the mode of the character before character i where the cheapest way has character i in `mode`
  const before = new Uint8Array(characters.length * MODES.length);
  let costs = [...heads];
  characters.forEach((character, index) => {
    const steps = stepsOf(character);
    const next = [Infinity, Infinity, Infinity];
    for (let mode = 0; mode < MODES.length; mode++) {
      const step = steps[mode] ?? Infinity;
      if (step === Infinity) continue;
      for (let from = 0; from < MODES.length; from++) {
        const reached = costs[from] ?? Infinity;
        const switched = from === mode || index === 0 ? reached : wholeBits(reached) + (heads[mode] ?? 0);
        if (index === 0 && from !== mode) continue;
        if (switched + step < (next[mode] ?? 0)) {
          next[mode] = switched + step;
          before[index * MODES.length + mode] = from;
        }
      }
    }
    costs = next;
  });
  const last = cheapest(costs);
  return { segments: segmentsOf(characters, before, last), bits: wholeBits(costs[last] ?? 0) / SIXTHS };
}

const wholeBits = (sixths: number): number => Math.ceil(sixths / SIXTHS) * SIXTHS;

/** Of equally cheap modes the later one: bytes are what every scanner reads. */
const cheapest = (costs: readonly number[]): number =>
  costs.reduce((best, cost, mode) => (wholeBits(cost) <= wholeBits(costs[best] ?? Infinity) ? mode : best), 0);

/** ISO/IEC 18004 table 5. */
const isAlphanumeric = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code < 128 && '0123456789 $%*+-./:'.includes(String.fromCharCode(code)));

/** What a character costs in each mode. */
function stepsOf(character: string): readonly number[] {
  const code = character.codePointAt(0) ?? 0;
  const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  return [
    code >= 48 && code <= 57 ? SIXTHS_PER_DIGIT : Infinity,
    isAlphanumeric(code) ? SIXTHS_PER_ALPHANUMERIC : Infinity,
    bytes * SIXTHS_PER_BYTE,
  ];
}

/** Goes back along the cheapest way and joins neighbours of one mode. */
function segmentsOf(characters: readonly string[], before: Uint8Array, last: number): readonly TextSegment[] {
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
