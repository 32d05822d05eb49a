import * as fc from 'fast-check';
import { foldLongTail, MAX_VALUES } from '../../../core/clicks/long-tail.ts';

const names = (prefix: string, count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}:${from + index}`);
const ones = (...of: readonly (readonly string[])[]): Map<string, number> =>
  new Map(of.flat().map((name) => [name, 1]));

describe('A dimension’s values in an item', () => {
  it('are all counted while there is room', () => {
    const counters = ones(names('city', MAX_VALUES), ['total'], names('bot/city', MAX_VALUES));
    expect(foldLongTail(counters, new Set())).toEqual(counters);
  });

  it('are counted as other once there is none, but those that are there stay', () => {
    const known = new Set(names('city', MAX_VALUES));
    const counters = ones(['total', 'hour:07'], names('city', 3, MAX_VALUES - 1), ['os:iOS', 'bot/city:7']);
    expect(Object.fromEntries(foldLongTail(counters, known))).toEqual({
      total: 1,
      'hour:07': 1,
      'city:299': 1,
      'city:other': 2,
      'os:iOS': 1,
      'bot/city:7': 1,
    });
  });

  it('are the same for bots as for everybody', () => {
    const known = new Set(names('city', MAX_VALUES));
    const counters = new Map([...ones(['city:new', 'city:newer']), ['bot/city:newer', 1]]);
    expect(Object.fromEntries(foldLongTail(counters, known))).toEqual({ 'city:other': 2, 'bot/city:other': 1 });
  });

  it('find no more room in an item of very long names, which keeps writable', () => {
    const long = (dimension: string): readonly string[] => names(dimension, 250).map((name) => name.padEnd(112, 'ü'));
    const known = new Set(['utm_source', 'utm_medium', 'utm_term'].flatMap(long));
    const folded = foldLongTail(ones(long('utm_content'), ['total', 'bot', 'hour:01']), known);
    expect([folded.get('total'), folded.get('bot'), folded.get('hour:01'), folded.get('utm_content:other')]).toEqual([
      1, 1, 1, 250,
    ]);
    expect(folded.size).toBe(4);
  });

  it('add up to the same, fold they or not', () => {
    const named = fc.record({
      dimension: fc.constantFrom('city', 'os', 'utm_term', 'bot/city', 'bot/utm_term'),
      value: fc.nat(700).map(String),
      count: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(named, { maxLength: 900, size: 'max' }), fc.nat(400), (all, there) => {
        const counters = new Map(all.map(({ dimension, value, count }) => [`${dimension}:${value}`, count]));
        const folded = foldLongTail(counters, new Set(names('city', there)));
        for (const prefix of ['city:', 'os:', 'utm_term:', 'bot/city:', 'bot/utm_term:']) {
          const sum = (of: ReadonlyMap<string, number>): number =>
            [...of].reduce((total, [name, count]) => total + (name.startsWith(prefix) ? count : 0), 0);
          expect(sum(folded)).toBe(sum(counters));
        }
        const cities = new Set([...names('city', there), ...folded.keys()].filter((name) => name.startsWith('city:')));
        cities.delete('city:other');
        expect(cities.size).toBeLessThanOrEqual(Math.max(there, MAX_VALUES));
      }),
      { numRuns: 50 },
    );
  });
});
