import { dimensionIn } from './counters.ts';

/** DynamoDB: an expression has at most 4 KB and 300 operators, and each counter takes about ten characters of it. */
export const MAX_NAMES_PER_ITEM = 250;

/**
 * The dimensions that go to items of their own, so that no item of a period gets more names at once than an expression may
 * have: the largest first, and none where all fit. Counters are sums, so a name may stand in both. `sizes` are how many
 * names each dimension has; the whole must fit into as many items as there are dimensions.
 */
export function wideDimensions(sizes: ReadonlyMap<string, number>): readonly string[] {
  let rest = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (rest <= MAX_NAMES_PER_ITEM) return [];
  const wide: string[] = [];
  for (const [dimension, size] of [...sizes].sort(([, a], [, b]) => b - a)) {
    if (rest <= MAX_NAMES_PER_ITEM) break;
    if (dimension === '') continue;
    wide.push(dimension);
    rest -= size;
  }
  return wide;
}

/** Counters by the part they are written to: `''`, or a wide dimension. */
export function partsOf(counters: ReadonlyMap<string, number>): ReadonlyMap<string, ReadonlyMap<string, number>> {
  if (counters.size <= MAX_NAMES_PER_ITEM) return new Map([['', counters]]);
  const sizes = new Map<string, number>();
  for (const name of counters.keys()) sizes.set(dimensionIn(name), (sizes.get(dimensionIn(name)) ?? 0) + 1);
  const wide = new Set(wideDimensions(sizes));
  const parts = new Map<string, Map<string, number>>();
  for (const [name, count] of counters) {
    const part = wide.has(dimensionIn(name)) ? dimensionIn(name) : '';
    const there = parts.get(part) ?? new Map<string, number>();
    parts.set(part, there.set(name, count));
  }
  return parts;
}
