import * as fc from 'fast-check';
import { dimensionIn } from '../../../core/clicks/counters.ts';
import { MAX_NAMES_PER_ITEM, partsOf, wideDimensions } from '../../../core/clicks/wide-items.ts';

const counters = fc
  .array(
    fc.record({
      dimension: fc.constantFrom('total', 'bot', 'hour', 'city', 'os', 'utm_term', 'bot/city', 'bot/utm_term'),
      value: fc.nat(110),
    }),
    { maxLength: 700, size: 'max' },
  )
  .map((all) => {
    const name = ({ dimension, value }: { dimension: string; value: number }): string =>
      dimension === 'total' || dimension === 'bot' ? dimension : `${dimension}:${value}`;
    return new Map(all.map((each) => [name(each), each.value + 1]));
  });

describe('A wide increment', () => {
  it('goes to parts that one expression takes each, and nothing of it is lost', () => {
    fc.assert(
      fc.property(counters, (all) => {
        const parts = partsOf(all);
        expect(new Map([...parts.values()].flatMap((part) => [...part]))).toEqual(all);
        for (const [part, names] of parts) {
          expect(names.size).toBeLessThanOrEqual(MAX_NAMES_PER_ITEM);
          if (part !== '') expect(new Set([...names.keys()].map(dimensionIn))).toEqual(new Set([part]));
        }
      }),
    );
  });

  it('stays in one item as long as it fits', () => {
    const fits = new Map(Array.from({ length: MAX_NAMES_PER_ITEM }, (_, index) => [`city:${index}`, 1]));
    expect([...partsOf(fits)]).toEqual([['', fits]]);
  });

  it.each<[Record<string, number>, readonly string[]]>([
    [{ '': 2, city: 100, os: 20 }, []],
    [{ '': 2, city: 240, os: 20 }, ['city']],
    [{ '': 2, city: 200, region: 150, referrer: 180, os: 20 }, ['city', 'referrer']],
  ])('of %j moves its largest dimensions out: %j', (sizes, wide) => {
    expect(wideDimensions(new Map(Object.entries(sizes)))).toEqual(wide);
  });
});
