/**
 * Numbers by name. What was read together shares `places`, the place of each name in `counts`, so that a month of days is
 * added up place by place: a name is looked at once, and not once on every day.
 */
export type NamedCounts = {
  readonly places: ReadonlyMap<string, number>;
  /** 0, or nothing, where a name of another day has its place. */
  readonly counts: readonly number[];
};

export const countOf = ({ places, counts }: NamedCounts, name: string): number => counts[places.get(name) ?? -1] ?? 0;

/** Without the names that count nothing. */
export function recordOf({ places, counts }: NamedCounts): Readonly<Record<string, number>> {
  const counted = [...places].map(([name, place]) => [name, counts[place] ?? 0] as const);
  return Object.fromEntries(counted.filter(([, count]) => count !== 0));
}

/** Both together, of two that share their places. */
export const plus = ({ places, counts }: NamedCounts, others: NamedCounts): NamedCounts => ({
  places,
  counts: Array.from(
    { length: Math.max(counts.length, others.counts.length) },
    (_, place) => (counts[place] ?? 0) + (others.counts[place] ?? 0),
  ),
});

/** All of them together, by name. */
export function sumOf(all: readonly NamedCounts[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [places, alike] of Map.groupBy(all, (each) => each.places)) {
    const sum = new Float64Array(places.size);
    for (const { counts } of alike)
      for (let place = 0; place < counts.length; place += 1) sum[place] = (sum[place] ?? 0) + (counts[place] ?? 0);
    for (const [name, place] of places) sums.set(name, (sums.get(name) ?? 0) + (sum[place] ?? 0));
  }
  return sums;
}
