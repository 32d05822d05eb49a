/** One value of a dimension and how often it was. */
export type ValueCount = { readonly value: string; readonly clicks: number };

/** Most clicks first, equal ones by name: an order in which every value has its place. */
export const comesBefore = (one: ValueCount, other: ValueCount): boolean =>
  one.clicks > other.clicks || (one.clicks === other.clicks && one.value < other.value);

/** Values with at least one click, in that order. */
export const ranked = (counts: ReadonlyMap<string, number> | undefined): readonly ValueCount[] =>
  [...(counts ?? [])]
    .filter(([, clicks]) => clicks > 0)
    .map(([value, clicks]) => ({ value, clicks }))
    .sort((one, other) => (comesBefore(one, other) ? -1 : 1));
