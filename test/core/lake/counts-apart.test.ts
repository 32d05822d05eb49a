import { valuesApart } from '../../../core/lake/counts-apart.ts';

const by = (values: Readonly<Record<string, number>>) => new Map(Object.entries(values));

it.each([
  ['equal values', { DE: 3, FR: 1 }, { DE: 3, FR: 1 }, 0],
  ['nothing', {}, {}, 0],
  ['a value that counters have as nothing', { DE: 3 }, { DE: 3, FR: 0 }, 0],
  ['a row too few', { DE: 2 }, { DE: 3 }, 1],
  ['a count too few', { DE: 3 }, { DE: 2 }, 1],
  ['a value that only the lake has', { DE: 3, FR: 2 }, { DE: 3 }, 2],
  ['a value that only counters have', { DE: 3 }, { DE: 3, FR: 2 }, 2],
  ['a click that moved to another value', { DE: 3, FR: 1 }, { DE: 2, FR: 2 }, 2],
  ['values that were folded', { a: 3, b: 2, c: 1 }, { a: 3, other: 3 }, 0],
  ['a value that was folded in part, because its name was new once', { a: 3, b: 2 }, { a: 2, other: 3 }, 0],
  ['folded values that lack a count', { a: 3, b: 2, c: 1 }, { a: 3, other: 2 }, 1],
  ['folded values that have a count too many', { a: 3, b: 2 }, { a: 3, other: 3 }, 1],
  ['folded values, and one that has more than it can', { a: 3, b: 2 }, { a: 4, other: 1 }, 1],
  ['a value that is called other', { DE: 1, other: 2 }, { DE: 1, other: 2 }, 0],
  ['a value that is called other and lacks a count', { DE: 1, other: 2 }, { DE: 1, other: 1 }, 1],
])('%s are apart as far as they are', (_what, inLake, counted, apart) => {
  expect(valuesApart(by(inLake), by(counted))).toBe(apart);
});
