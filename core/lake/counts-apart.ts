import { OTHER } from '../clicks/long-tail.ts';

/** Clicks by value. */
export type ByValue = ReadonlyMap<string, number>;

/**
 * How many clicks the values of a dimension are apart in the lake and in counters; 0 where they are the same. Counters have room
 * for some hundred values and fold the rest into `other` (`long-tail.ts`). Where they did, sums must be equal and no value may
 * have more than the lake has.
 */
export function valuesApart(inLake: ByValue, counted: ByValue): number {
  const missing = (from: ByValue, to: ByValue, value: string) =>
    Math.max(0, (from.get(value) ?? 0) - (to.get(value) ?? 0));
  const values = [...new Set([...inLake.keys(), ...counted.keys()])];
  const tooMany = values.map((value) => missing(counted, inLake, value));
  const isFolded = missing(counted, inLake, OTHER) > 0;
  if (!isFolded) {
    const tooFew = values.map((value) => missing(inLake, counted, value));
    return sumOf(tooMany) + sumOf(tooFew);
  }
  const excess = values.flatMap((value, index) => (value === OTHER ? [] : [tooMany[index] ?? 0]));
  return Math.max(sumOf(excess), Math.abs(sumOf(inLake.values()) - sumOf(counted.values())));
}

const sumOf = (numbers: Iterable<number>): number => {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
};
