import { getBlocksCount, getTotalCodewordsCount } from 'qrcode/lib/core/error-correction-code.js';
import * as levels from 'qrcode/lib/core/error-correction-level.js';
import { getSymbolTotalCodewords } from 'qrcode/lib/core/utils.js';
import type { ErrorCorrection } from './matrix.ts';

/** What segments a text can be written in. Kanji is left out: few scanners agree on what it says. */
export type Mode = 'numeric' | 'alphanumeric' | 'byte';

const MAX_VERSION = 40;

/** ISO/IEC 18004 table 9, codewords of 8 bits. The last blocks hold one more for data than the first where they do not come out even. */
export type BlockPlan = {
  readonly blocks: number;
  readonly dataCodewords: number;
  readonly checkCodewordsPerBlock: number;
};

export function blockPlan(version: number, errorCorrection: ErrorCorrection): BlockPlan {
  const level = levels[errorCorrection];
  const blocks = getBlocksCount(version, level);
  const checkCodewords = getTotalCodewordsCount(version, level);
  const dataCodewords = getSymbolTotalCodewords(version) - checkCodewords;
  return { blocks, dataCodewords, checkCodewordsPerBlock: checkCodewords / blocks };
}

export const capacityBits = (version: number, errorCorrection: ErrorCorrection): number =>
  8 * blockPlan(version, errorCorrection).dataCodewords;

/** ISO/IEC 18004 table 3: bits that say how long a segment is, in versions up to 9, 26 and 40. */
const COUNT_BITS: Readonly<Record<Mode, readonly [number, number, number]>> = {
  numeric: [10, 12, 14],
  alphanumeric: [9, 11, 13],
  byte: [8, 16, 16],
};
export const MODE_BITS = 4;

/** Versions whose segments are counted with equally many bits, so that one text is split the same way in all of them. */
export const VERSION_GROUPS = [
  { first: 1, last: 9 },
  { first: 10, last: 26 },
  { first: 27, last: MAX_VERSION },
] as const;
export type VersionGroup = 0 | 1 | 2;

export const countBits = (mode: Mode, group: VersionGroup): number => COUNT_BITS[mode][group];

/** What a segment costs before its first character. */
export const headBits = (mode: Mode, group: VersionGroup): number => MODE_BITS + countBits(mode, group);

/** ISO/IEC 18004 §7.4.2: says that the bytes after it are UTF-8, which is number 26 of the alphabets of ECI. */
export const UTF8_HEAD = 0b0111_00011010;
export const UTF8_HEAD_BITS = 12;

/** Whether a code has to say in which alphabet its bytes are: there are others than those of ASCII. */
export const needsUtf8Head = (text: string): boolean => /[^\0-\x7f]/.test(text);

/** The bytes of such a text that the largest code holds. */
export function maxBytes(errorCorrection: ErrorCorrection, isUtf8: boolean): number {
  const heads = headBits('byte', 2) + (isUtf8 ? UTF8_HEAD_BITS : 0);
  return Math.floor((capacityBits(MAX_VERSION, errorCorrection) - heads) / 8);
}
