import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvCell, csvLine } from '../../core/csv-cell.ts';

describe('A cell of CSV', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("http://evil","x")', '"\'=HYPERLINK(""http://evil"",""x"")"'],
    ['a=b', 'a=b'],
    ['', ''],
    [-2, '-2'],
    [true, 'true'],
    [null, ''],
  ])('%j is %j', (value, cell) => expect(csvCell(value)).toBe(cell));

  it('is read back as it was, whatever it holds, and begins no formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 2, maxLength: 5 }), (values) => {
        const [read = []] = parse(csvLine(values), { relax_column_count: true }) as string[][];
        expect(read.map((value, index) => (value === `'${values[index] ?? ''}` ? values[index] : value))).toEqual(
          values,
        );
        for (const value of read) expect(value).not.toMatch(/^[=+\-@\t\r]/);
      }),
      { numRuns: 300 },
    );
  });
});
