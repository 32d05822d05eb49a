import * as fc from 'fast-check';
import { decodeSketch, encodeSketch } from '../../../core/clicks/sketch-encoding.ts';
import type { Sketch } from '../../../core/clicks/unique-visitors.ts';
import { EMPTY_SKETCH, estimateVisitors, mergeSketches, withVisitors } from '../../../core/clicks/unique-visitors.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';

const visitors = fc
  .array(fc.uint8Array({ minLength: 12, maxLength: 12 }), { maxLength: 60 })
  .map((hashes) => hashes.map((hash) => Buffer.from(hash).toString('base64url')));
const sketches: fc.Arbitrary<Sketch> = visitors.map((some) => withVisitors(EMPTY_SKETCH, some));

/** Random hashes that come again with the same seed. */
function strangers(count: number, seed: number): readonly string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const hash = Buffer.alloc(12);
    for (let offset = 0; offset < 12; offset += 4) hash.writeUInt32BE(Math.floor(random() * 2 ** 32), offset);
    return hash.toString('base64url');
  });
}

/** Quicker than Jest's look at each register. */
const bytesOf = ({ registers }: Sketch): string => Buffer.from(registers).toString('hex');
const expectSame = (one: Sketch, other: Sketch): void => expect(bytesOf(one) === bytesOf(other)).toBe(true);

describe('A sketch of visitors', () => {
  it('merges in any order, any grouping and with itself to the same', () => {
    fc.assert(
      fc.property(sketches, sketches, sketches, (a, b, c) => {
        expectSame(mergeSketches([a, b]), mergeSketches([b, a]));
        expectSame(mergeSketches([mergeSketches([a, b]), c]), mergeSketches([a, mergeSketches([b, c])]));
        expectSame(mergeSketches([a, a]), a);
        expectSame(mergeSketches([a, EMPTY_SKETCH]), a);
      }),
    );
  });

  it('is of its visitors whether they were added at once, twice, one by one or merged', () => {
    fc.assert(
      fc.property(visitors, visitors, (some, others) => {
        const all = withVisitors(EMPTY_SKETCH, [...some, ...others]);
        const parts = [some, others].map((part) => withVisitors(EMPTY_SKETCH, part));
        expectSame(mergeSketches(parts), all);
        expect(withVisitors(all, some)).toBe(all);
        expectSame(
          others.reduce<Sketch>((sketch, visitor) => withVisitors(sketch, [visitor]), parts[0] ?? all),
          all,
        );
      }),
    );
  });

  it('passes over what is no hash of a visitor', () => {
    expect(withVisitors(EMPTY_SKETCH, ['', 'short', 'x'.repeat(17)])).toBe(EMPTY_SKETCH);
  });

  // Bits 0–11 are the index; the rank is one more than the zeros that follow.
  it.each([
    ['800800000000000000000000', 0x800, 1],
    ['800400000000000000000000', 0x800, 2],
    ['001000010000000000000000', 0x001, 20],
    ['fff000000000000000000000', 0xfff, 53],
    ['fff000008000000000000000', 0xfff, 21],
    ['fff000000000000100000000', 0xfff, 52],
    ['000000000000000000000000', 0x000, 53],
  ])('files the hash %s in its register', (hex, index, rank) => {
    const { registers } = withVisitors(EMPTY_SKETCH, [Buffer.from(hex, 'hex').toString('base64url')]);
    expect([registers[index], registers.filter((each) => each !== 0).length]).toEqual([rank, 1]);
  });

  it.each([0, 1, 2, 10])('counts %i visitors exactly', (count) => {
    expect(estimateVisitors(withVisitors(EMPTY_SKETCH, strangers(count, 1)))).toBe(count);
  });

  it('is within 2 % in the root mean square, and without bias, over 20 sets of 100,000', () => {
    const SETS = 20;
    const VISITORS = 100_000;
    const errors = Array.from({ length: SETS }, (_, seed) => {
      const estimate = estimateVisitors(withVisitors(EMPTY_SKETCH, strangers(VISITORS, seed + 1)));
      return (estimate - VISITORS) / VISITORS;
    });
    const rms = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / SETS);
    const bias = errors.reduce((sum, error) => sum + error, 0) / SETS;
    expect(rms).toBeLessThan(0.02);
    expect(rms).toBeGreaterThan(0.005);
    // Three standard errors of the mean of 20.
    expect(Math.abs(bias)).toBeLessThan((3 * 0.01625) / Math.sqrt(SETS));
    expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.05);
  }, 60_000);

  it.each([100, 1_000, 5_000, 10_000, 20_000, 40_000])('has no weak spot at %i', (count) => {
    const errors = Array.from({ length: 10 }, (_, seed) => {
      const estimate = estimateVisitors(withVisitors(EMPTY_SKETCH, strangers(count, 100 + seed)));
      return (estimate - count) / count;
    });
    expect(Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length)).toBeLessThan(0.025);
  });

  it('of a month is that of its days together', () => {
    const days = Array.from({ length: 30 }, (_, day) => withVisitors(EMPTY_SKETCH, strangers(1_000, 500 + day)));
    expect(Math.abs(estimateVisitors(mergeSketches(days)) / 30_000 - 1)).toBeLessThan(0.05);
  });
});

describe('A sketch in bytes', () => {
  it.each([0, 1, 500, 900, 1_100, 1_200, 2_000, 100_000])('is read back as it was, with %i visitors', (count) => {
    const sketch = withVisitors(EMPTY_SKETCH, strangers(count, 7));
    expectSame(decodeSketch(encodeSketch(sketch)), sketch);
  });

  it('is read back as it was, whatever is in its registers', () => {
    const registers = fc
      .array(fc.tuple(fc.nat(4_095), fc.nat(53)), { maxLength: 6_000, size: 'max' })
      .map((entries) => {
        const all = new Uint8Array(4_096);
        for (const [index, rank] of entries) all[index] = rank;
        return { registers: all };
      });
    fc.assert(
      fc.property(registers, (sketch) => {
        const bytes = encodeSketch(sketch);
        expectSame(decodeSketch(bytes), sketch);
        expect(bytes.length).toBeLessThanOrEqual(3_073);
      }),
    );
  });

  it.each([
    [0, 1],
    [1, 4],
    [300, 1_024],
    [100_000, 3_073],
  ])('with %i visitors is at most %i bytes', (count, bytes) => {
    expect(encodeSketch(withVisitors(EMPTY_SKETCH, strangers(count, 3))).length).toBeLessThanOrEqual(bytes);
  });

  it.each([
    ['nothing', []],
    ['an unknown form', [3, 0, 0, 1]],
    ['half an entry', [1, 0, 0]],
    ['a dense one cut short', [2, ...new Uint8Array(3_071)]],
    ['a rank that no hash has', [1, 0, 0, 54]],
  ])('is refused as %s', (_, bytes) => {
    expect(() => decodeSketch(Uint8Array.from(bytes))).toThrow(RangeError);
  });
});
