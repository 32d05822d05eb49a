import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLine, textCell } from '../../core/csv-cell.ts';

const FORMULA = /^\s*[=+\-@]|^[\t\r\n]/;

describe('A cell of CSV', () => {
  it.each([
    ['plain', '"plain"'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['=1+1', '"\'=1+1"'],
    ['+49', '"\'+49"'],
    ['-2', '"\'-2"'],
    ['@SUM(A1)', '"\'@SUM(A1)"'],
    [' =1', '"\' =1"'],
    ['＝1', '"\'＝1"'],
    ['\t1', '"\'\t1"'],
    ['=HYPERLINK("http://evil","x")', '"\'=HYPERLINK(""http://evil"",""x"")"'],
    ['a=b', '"a=b"'],
    ['', '""'],
  ])('%j is %j', (text, cell) => expect(textCell(text)).toBe(cell));

  it('is read back as it was, whatever it holds, and begins no formula', () => {
    const texts = fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('=1', '\r', '-', ' @a')), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(texts, (values) => {
        const [read = []] = parse(csvLine(values));
        expect(read.map((value, index) => (value === `'${values[index] ?? ''}` ? values[index] : value))).toEqual(
          values,
        );
        for (const value of read) expect(value).not.toMatch(FORMULA);
      }),
      { numRuns: 300 },
    );
  });
});
