import { TrinoSQL } from 'dt-sql-parser/dist/parser/trino/index.js';
import { assert, asyncProperty, constantFrom, integer, oneof, string } from 'fast-check';
import { allOf, joined, name, quoted, sql, timestamp, whole } from '../../../core/lake/sql.ts';
import { type LakeInDuckDb, openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';

const trino = new TrinoSQL();
let lake: LakeInDuckDb;
beforeAll(async () => {
  lake = await openLakeInDuckDb();
});
afterAll(() => lake.close());

const PARTS = [
  "'",
  "''",
  '"',
  '\\',
  "\\'",
  '--',
  ';',
  '/*',
  '*/',
  '\n',
  '\r',
  '\t',
  '$$',
  '{',
  '?',
  ':x',
  '%',
  'ü',
  '𝒳',
  '\ufeff',
  '\u2028',
  "'; DROP TABLE clicks; --",
];
const anyText = oneof(
  string({ unit: 'grapheme' }),
  string({ unit: constantFrom(...PARTS) }),
  string({ unit: 'binary' }),
).map((text) => text.replaceAll('\0', ''));

describe('A text in SQL', () => {
  it('comes back from DuckDB as it was, whatever is in it', async () => {
    const property = asyncProperty(anyText, async (text) => {
      // Its bytes: the binding takes a byte order mark at the beginning for none of the text.
      const bytes = Buffer.from(text.toWellFormed()).toString('hex').toUpperCase();
      expect(await lake.ask(sql`SELECT hex(${quoted(text)}) AS bytes, 1 AS behind`)).toEqual([{ bytes, behind: '1' }]);
    });
    await assert(property, { numRuns: 300 });
  });

  it('is one literal to Trino, whatever is in it', async () => {
    const property = asyncProperty(anyText, async (text) => {
      const query = sql`SELECT ${quoted(text)} FROM clicks`;
      expect(trino.validate(query.text)).toEqual([]);
      const tokens = trino
        .getAllTokens(query.text)
        .flatMap(({ text: token, channel }) => (channel === 0 && token !== '<EOF>' ? [token] : []));
      expect(tokens).toEqual(['SELECT', quoted(text).text, 'FROM', 'clicks']);
    });
    await assert(property, { numRuns: 100 });
  });

  it('must not have a NUL', () => {
    expect(() => quoted('a\0b')).toThrow('SQL knows no text with NUL.');
  });

  it('is whole again where it had half a character, as it is stored', () => {
    expect(quoted('\ud800').text).toBe("'\ufffd'");
  });
});

it.each([
  ['a name that is none', () => name('clicks; DROP TABLE clicks')],
  ['a name in capitals', () => name('Clicks')],
  ['a name with a quote', () => name('clicks"')],
  ['no name at all', () => name('')],
  ['half a number', () => whole(0.5)],
  ['a number that is none', () => whole(Number.NaN)],
  ['a number beyond all counting', () => whole(2 ** 53)],
  ['a text that passes for a number', () => whole('1 OR true' as unknown as number)],
  ['an instant that is none', () => timestamp(Number.NaN)],
  ['an instant before 1970', () => timestamp(-1)],
  ['an instant behind 9999', () => timestamp(Date.UTC(10_000, 0, 1))],
])('SQL refuses %s', (_what, make) => {
  expect(make).toThrow(Error);
});

it('has numbers and instants as both engines read them', async () => {
  await assert(everyInstant(), { numRuns: 100 });
  expect(await lake.ask(sql`SELECT ${whole(-7)} AS number`)).toEqual([{ number: '-7' }]);
});

const everyInstant = () =>
  asyncProperty(integer({ min: 0, max: Date.UTC(10_000, 0, 1) - 1 }), async (ms) => {
    const query = sql`SELECT epoch_ms(${timestamp(ms)}) AS ms`;
    expect(await lake.ask(query)).toEqual([{ ms: String(ms) }]);
    expect(trino.validate(query.text)).toEqual([]);
  });

it('joins conditions, and without any takes every row', () => {
  expect(joined([whole(1), whole(2)], sql`, `).text).toBe('1, 2');
  expect(allOf([sql`a`, sql`b`]).text).toBe('a AND b');
  expect(allOf([]).text).toBe('true');
});
