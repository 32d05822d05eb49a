import type { ErrorCorrection } from './matrix.ts';

/** What segments a text can be written in. Kanji is left out: few scanners agree on what it says. */
export type Mode = 'numeric' | 'alphanumeric' | 'byte';

export const MAX_VERSION = 40;

/** ISO/IEC 18004 table 7: codewords for data (8 bits each) of versions 1–40. */
const DATA_CODEWORDS: Readonly<Record<ErrorCorrection, readonly number[]>> = {
  L: [
    19, 34, 55, 80, 108, 136, 156, 194, 232, 274, 324, 370, 428, 461, 523, 589, 647, 721, 795, 861, 932, 1006, 1094,
    1174, 1276, 1370, 1468, 1531, 1631, 1735, 1843, 1955, 2071, 2191, 2306, 2434, 2566, 2702, 2812, 2956,
  ],
  M: [
    16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669, 714, 782, 860, 914,
    1000, 1062, 1128, 1193, 1267, 1373, 1455, 1541, 1631, 1725, 1812, 1914, 1992, 2102, 2216, 2334,
  ],
  Q: [
    13, 22, 34, 48, 62, 76, 88, 110, 132, 154, 180, 206, 244, 261, 295, 325, 367, 397, 445, 485, 512, 568, 614, 664,
    718, 754, 808, 871, 911, 985, 1033, 1115, 1171, 1231, 1286, 1354, 1426, 1502, 1582, 1666,
  ],
  H: [
    9, 16, 26, 36, 46, 60, 66, 86, 100, 122, 140, 158, 180, 197, 223, 253, 283, 313, 341, 385, 406, 442, 464, 514, 538,
    596, 628, 661, 701, 745, 793, 845, 901, 961, 986, 1054, 1096, 1142, 1222, 1276,
  ],
};

export const capacityBits = (version: number, errorCorrection: ErrorCorrection): number =>
  8 * (DATA_CODEWORDS[errorCorrection][version - 1] ?? 0);

/** ISO/IEC 18004 table 3: bits that say how long a segment is, in versions up to 9, 26 and 40. */
const COUNT_BITS: Readonly<Record<Mode, readonly [number, number, number]>> = {
  numeric: [10, 12, 14],
  alphanumeric: [9, 11, 13],
  byte: [8, 16, 16],
};
const MODE_BITS = 4;

/** Versions whose segments are counted with equally many bits, so that one text is split the same way in all of them. */
export const VERSION_GROUPS = [
  { first: 1, last: 9 },
  { first: 10, last: 26 },
  { first: 27, last: MAX_VERSION },
] as const;
export type VersionGroup = 0 | 1 | 2;

/** What a segment costs before its first character. */
export const headBits = (mode: Mode, group: VersionGroup): number => MODE_BITS + COUNT_BITS[mode][group];

/** The bytes that the largest code holds. */
export const maxBytes = (errorCorrection: ErrorCorrection): number =>
  Math.floor((capacityBits(MAX_VERSION, errorCorrection) - headBits('byte', 2)) / 8);
