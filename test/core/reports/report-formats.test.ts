import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { reportParquet } from '../../../adapters/report-parquet.ts';
import { csvOf } from '../../../core/reports/csv.ts';
import { jsonOf } from '../../../core/reports/json.ts';
import type { ReportColumn, ReportRow } from '../../../core/reports/report-columns.ts';
import { allOf } from '../../fixtures/all-of.ts';

const COLUMNS: readonly ReportColumn[] = [
  { name: 'city', type: 'text' },
  { name: 'tags', type: 'texts' },
  { name: 'clicks', type: 'count' },
  { name: 'bot', type: 'flag' },
  { name: 'clicked_at', type: 'instant' },
];
const NAMES = COLUMNS.map(({ name }) => name);
/** What makes a spreadsheet run a cell. */
const DANGEROUS = /^[\s\uFEFF]*[=+\-@＝＋－＠]|^[\t\r\n]/;

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', "'", ',', ';', ' ', 'a', '＝') }),
);
const row = fc.tuple(
  text,
  fc.array(text, { maxLength: 3 }),
  fc.nat(),
  fc.boolean(),
  fc.option(fc.integer({ min: 0, max: 4_102_444_800_000 })),
);

async function* each(rows: readonly ReportRow[]): AsyncGenerator<ReportRow> {
  yield* rows;
}
const whole = async (pieces: AsyncIterable<string>): Promise<string> => (await allOf(pieces)).join('');
const asObjects = (
  rows: readonly ReportRow[],
  instantOf: (ms: number) => unknown,
  countOf: (count: number) => unknown,
) =>
  rows.map(([city, tags, clicks, bot, at]) => ({
    city,
    tags,
    clicks: countOf(Number(clicks)),
    bot,
    clicked_at: at === null ? null : instantOf(Number(at)),
  }));
const checked = (property: (rows: readonly ReportRow[]) => Promise<void>) =>
  fc.assert(fc.asyncProperty(fc.array(row, { maxLength: 4 }), property), { numRuns: 150 });

describe('A report', () => {
  it('as CSV has no cell that a spreadsheet would run, whatever its values are, and loses none', () =>
    checked(async (rows) => {
      const csv = await whole(csvOf(COLUMNS, each(rows)));
      expect(csv.startsWith('\uFEFF"city","tags","clicks","bot","clicked_at"\r\n')).toBe(true);
      const [, ...cells] = parse(csv, { bom: true });
      expect(cells).toHaveLength(rows.length);
      for (const [index, read] of cells.entries()) {
        for (const cell of read) expect(cell).not.toMatch(DANGEROUS);
        const [city = '', tags = '', clicks = null, bot = null, at = null] = rows[index] ?? [];
        const unescaped = (cell: string | undefined, value: string) => (cell === `'${value}` ? value : cell);
        expect([unescaped(read[0], String(city)), Number(read[2]), read[3]]).toEqual([city, clicks, String(bot)]);
        expect(JSON.parse(read[1] ?? '')).toEqual(tags);
        expect(read[4]).toBe(at === null ? '' : new Date(Number(at)).toISOString());
      }
    }));

  it('as JSON has the true values, and numbers as numbers', () =>
    checked(async (rows) => {
      const json = JSON.parse(await whole(jsonOf(COLUMNS, each(rows)))) as unknown;
      expect(json).toEqual(asObjects(rows, (ms) => new Date(ms).toISOString(), Number));
    }));

  it('as Parquet has the true values of their types', () =>
    checked(async (rows) => {
      const bytes = new Uint8Array(Buffer.concat(await allOf(reportParquet(COLUMNS, each(rows)))));
      const read = await parquetReadObjects({ file: bytes.buffer });
      expect(read).toEqual(asObjects(rows, (ms) => new Date(ms), BigInt));
    }));

  it('as Parquet of many rows is written in row groups, none of which waits for the last', async () => {
    const count = 45_000;
    let made = 0;
    async function* many(): AsyncGenerator<ReportRow> {
      for (; made < count; made += 1) yield [`city ${made}`, ['a', 'b'], made, made % 2 === 0, made];
    }
    const pieces: Uint8Array[] = [];
    const madeAtPiece: number[] = [];
    for await (const piece of reportParquet(COLUMNS, many())) {
      pieces.push(piece);
      madeAtPiece.push(made);
    }
    expect(madeAtPiece[0]).toBeLessThan(count / 2);
    const read = await parquetReadObjects({ file: new Uint8Array(Buffer.concat(pieces)).buffer, columns: [...NAMES] });
    expect([read.length, read[44_999]]).toEqual([
      count,
      { city: 'city 44999', tags: ['a', 'b'], clicks: 44_999n, bot: false, clicked_at: new Date(44_999) },
    ]);
  });
});
