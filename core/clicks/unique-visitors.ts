/**
 * HyperLogLog (Flajolet et al. 2007) with 4,096 registers: how many different visitors there were, in 3 KB at most, within
 * 1.6 % (one standard error). Sketches of the same visitors are equal in whatever order and however often they were added, so a
 * replay changes nothing, and the sketch of a month is that of its days merged.
 */
const INDEX_BITS = 12;
const REGISTERS = 2 ** INDEX_BITS;
/** Bits of a hash behind the index that are looked at; a register holds 0 to RANK_BITS + 1. */
const RANK_BITS = 52;
/** A visitor is 12 bytes of a keyed hash in base64url (`row.ts`), random as they are. */
const VISITOR = /^[A-Za-z0-9_-]{16}$/;

/** One register per byte; never changed after it was made. */
export type Sketch = { readonly registers: Uint8Array };

export const EMPTY_SKETCH: Sketch = { registers: new Uint8Array(REGISTERS) };

/** The sketch with these visitors in it; the same object where nothing changed. What is no visitor's hash (`''`) is passed over. */
export function withVisitors(sketch: Sketch, visitors: Iterable<string>): Sketch {
  let registers: Uint8Array | null = null;
  for (const visitor of visitors) {
    if (!VISITOR.test(visitor)) continue;
    const hash = Buffer.from(visitor, 'base64url');
    const index = hash.readUInt32BE(0) >>> (32 - INDEX_BITS);
    const rank = rankOf(hash);
    if (rank <= ((registers ?? sketch.registers)[index] ?? 0)) continue;
    registers ??= sketch.registers.slice();
    registers[index] = rank;
  }
  return registers === null ? sketch : { registers };
}

/** One more than the zeros in front of the first one, of the 52 bits behind the index. */
function rankOf(hash: Buffer): number {
  const high = hash.readUInt32BE(0) & 0xfffff;
  return high === 0 ? 21 + Math.clz32(hash.readUInt32BE(4)) : Math.clz32(high) - 11;
}

/** All that were in any of them. */
export function mergeSketches(sketches: Iterable<Sketch>): Sketch {
  const registers = new Uint8Array(REGISTERS);
  for (const sketch of sketches) {
    for (let index = 0; index < REGISTERS; index += 1)
      registers[index] = Math.max(registers[index] ?? 0, sketch.registers[index] ?? 0);
  }
  return { registers };
}

/**
 * How many different visitors, rounded. Ertl's estimator (2017, algorithm 6): without bias from one visitor to billions, no
 * tables and no thresholds between formulas.
 */
export function estimateVisitors({ registers }: Sketch): number {
  const counts = Array.from({ length: RANK_BITS + 2 }, () => 0);
  for (let index = 0; index < registers.length; index += 1) {
    const rank = registers[index] ?? 0;
    counts[rank] = (counts[rank] ?? 0) + 1;
  }
  let z = REGISTERS * tau(1 - (counts[RANK_BITS + 1] ?? 0) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank -= 1) z = 0.5 * (z + (counts[rank] ?? 0));
  z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS);
  return Math.round((REGISTERS / (2 * Math.LN2)) * (REGISTERS / z));
}

/** Corrects for registers that nobody has touched. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let [x, y, z] = [share, 1, share];
  for (let previous = Number.NaN; z !== previous; y += y) {
    x *= x;
    previous = z;
    z += x * y;
  }
  return z;
}

/** Corrects for registers that are full. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let [x, y, z] = [share, 1, 1 - share];
  for (let previous = Number.NaN; z !== previous; ) {
    x = Math.sqrt(x);
    previous = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
