import type { Sketch } from './unique-visitors.ts';
import { EMPTY_SKETCH } from './unique-visitors.ts';

/**
 * A sketch as bytes: its form, then either the registers that are not 0 (three bytes each: twelve bits of index, twelve of
 * rank) or, from where that is shorter, all of them (six bits each, 3,072 bytes).
 */
const SPARSE = 1;
const DENSE = 2;
const SPARSE_ENTRY_BYTES = 3;
const DENSE_BYTES = (EMPTY_SKETCH.registers.length * 6) / 8;
const MAX_SPARSE_ENTRIES = DENSE_BYTES / SPARSE_ENTRY_BYTES;
const MAX_RANK = 53;

export function encodeSketch({ registers }: Sketch): Uint8Array {
  const used = registers.reduce((count, rank) => count + (rank === 0 ? 0 : 1), 0);
  return used < MAX_SPARSE_ENTRIES ? encodeSparse(registers, used) : encodeDense(registers);
}

/** Throws RangeError for bytes that are no sketch. */
export function decodeSketch(bytes: Uint8Array): Sketch {
  const [form] = bytes;
  const body = bytes.subarray(1);
  const isSparse = form === SPARSE && body.length % SPARSE_ENTRY_BYTES === 0;
  const isDense = form === DENSE && body.length === DENSE_BYTES;
  if (!isSparse && !isDense) throw new RangeError(`No sketch: form ${String(form)}, ${body.length} bytes`);
  const registers = isSparse ? decodeSparse(body) : decodeDense(body);
  if (!areRanks(registers)) throw new RangeError('No sketch: a rank beyond all hashes');
  return { registers };
}

function areRanks(registers: Uint8Array): boolean {
  for (let index = 0; index < registers.length; index += 1) if ((registers[index] ?? 0) > MAX_RANK) return false;
  return true;
}

function encodeSparse(registers: Uint8Array, used: number): Uint8Array {
  const bytes = new Uint8Array(1 + used * SPARSE_ENTRY_BYTES);
  bytes[0] = SPARSE;
  let offset = 1;
  for (const [index, rank] of registers.entries()) {
    if (rank === 0) continue;
    bytes[offset] = index >> 4;
    bytes[offset + 1] = (index & 0b1111) << 4;
    bytes[offset + 2] = rank;
    offset += SPARSE_ENTRY_BYTES;
  }
  return bytes;
}

function decodeSparse(body: Uint8Array): Uint8Array {
  const registers = new Uint8Array(EMPTY_SKETCH.registers.length);
  for (let offset = 0; offset < body.length; offset += SPARSE_ENTRY_BYTES)
    registers[((body[offset] ?? 0) << 4) | ((body[offset + 1] ?? 0) >> 4)] = body[offset + 2] ?? 0;
  return registers;
}

/** Four registers are three bytes. */
function encodeDense(registers: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + DENSE_BYTES);
  bytes[0] = DENSE;
  for (let index = 0, offset = 1; index < registers.length; index += 4, offset += 3) {
    const [a = 0, b = 0, c = 0, d = 0] = registers.subarray(index, index + 4);
    bytes[offset] = (a << 2) | (b >> 4);
    bytes[offset + 1] = ((b & 0b1111) << 4) | (c >> 2);
    bytes[offset + 2] = ((c & 0b11) << 6) | d;
  }
  return bytes;
}

function decodeDense(body: Uint8Array): Uint8Array {
  const registers = new Uint8Array(EMPTY_SKETCH.registers.length);
  for (let index = 0, offset = 0; index < registers.length; index += 4, offset += 3) {
    const four = ((body[offset] ?? 0) << 16) | ((body[offset + 1] ?? 0) << 8) | (body[offset + 2] ?? 0);
    registers[index] = four >> 18;
    registers[index + 1] = (four >> 12) & 0b111111;
    registers[index + 2] = (four >> 6) & 0b111111;
    registers[index + 3] = four & 0b111111;
  }
  return registers;
}
