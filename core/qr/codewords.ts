import type { BlockPlan, Mode, VersionGroup } from './capacity.ts';
import { countBits, MODE_BITS, UTF8_HEAD, UTF8_HEAD_BITS } from './capacity.ts';
import { checkCodewords } from './reed-solomon.ts';
import type { Split, TextSegment } from './segments.ts';
import { ALPHANUMERIC } from './segments.ts';

/** ISO/IEC 18004 table 2. */
const MODE_INDICATORS: Readonly<Record<Mode, number>> = { numeric: 1, alphanumeric: 2, byte: 4 };
const TERMINATOR_BITS = 4;
/** What fills the code up, by turns. */
const PADDING = [0b11101100, 0b00010001] as const;

/** All codewords in the order in which they are laid out: the blocks' data, then their error correction, by turns. */
export function codewordsOf(split: Split, group: VersionGroup, plan: BlockPlan): Uint8Array {
  const data = dataCodewords(split, group, plan.dataCodewords);
  const { blocks, checkCodewordsPerBlock: checks } = plan;
  const shorter = Math.floor(data.length / blocks);
  const shorterBlocks = blocks - (data.length % blocks);
  const out = new Uint8Array(data.length + blocks * checks);
  for (let block = 0, start = 0; block < blocks; block++) {
    const length = block < shorterBlocks ? shorter : shorter + 1;
    const own = data.subarray(start, start + length);
    own.forEach((codeword, at) => {
      out[at < shorter ? at * blocks + block : data.length - blocks + block] = codeword;
    });
    checkCodewords(own, checks).forEach((codeword, at) => {
      out[data.length + at * blocks + block] = codeword;
    });
    start += length;
  }
  return out;
}

type Put = (value: number, bits: number) => void;

function dataCodewords({ segments, isUtf8 }: Split, group: VersionGroup, length: number): Uint8Array {
  const data = new Uint8Array(length);
  let at = 0;
  const put: Put = (value, bits) => {
    for (let bit = bits - 1; bit >= 0; bit--, at++)
      if ((value >> bit) & 1) data[at >> 3] = (data[at >> 3] ?? 0) | (0x80 >> (at & 7));
  };
  if (isUtf8) put(UTF8_HEAD, UTF8_HEAD_BITS);
  for (const segment of segments) putSegment(segment, group, put);
  at = Math.min(at + TERMINATOR_BITS, 8 * length);
  for (let next = Math.ceil(at / 8), pad = 0; next < length; next++, pad++) data[next] = PADDING[pad & 1] ?? 0;
  return data;
}

function putSegment({ mode, data }: TextSegment, group: VersionGroup, put: Put): void {
  const bytes = mode === 'byte' ? Buffer.from(data) : null;
  put(MODE_INDICATORS[mode], MODE_BITS);
  put(bytes?.length ?? data.length, countBits(mode, group));
  if (bytes !== null) for (const byte of bytes) put(byte, 8);
  else if (mode === 'numeric') putDigits(data, put);
  else putAlphanumeric(data, put);
}

/** Three digits in 10 bits; two that are left in 7, one in 4. */
function putDigits(digits: string, put: Put): void {
  for (let at = 0; at < digits.length; at += 3) {
    const three = digits.slice(at, at + 3);
    put(Number(three), 3 * three.length + 1);
  }
}

/** Two characters in 11 bits; one that is left in 6. */
function putAlphanumeric(text: string, put: Put): void {
  const valueAt = (at: number): number => ALPHANUMERIC.indexOf(text.charAt(at));
  for (let at = 0; at + 1 < text.length; at += 2) put(valueAt(at) * ALPHANUMERIC.length + valueAt(at + 1), 11);
  if (text.length % 2 === 1) put(valueAt(text.length - 1), 6);
}
