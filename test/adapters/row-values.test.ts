import { rowValues } from '../../adapters/row-values.ts';
import type { RawRow } from '../../core/batches/check-row.ts';

/** The rows of a CSV that comes in pieces of so many bytes. */
async function rowsOf(csv: string, pieceBytes = 64_000): Promise<readonly RawRow[]> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(csv);
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const rows = rowValues({ stream: async () => pieces() })({ key: 'rows.csv', format: 'csv' });
  const all: RawRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describe('the rows of a CSV', () => {
  it.each([
    ['a comma', 'text,name\nsalt; pepper,"a, b"\n', { text: 'salt; pepper', name: 'a, b' }],
    ['a semicolon', 'text;name\nsalt, pepper;a\tb\n', { text: 'salt, pepper', name: 'a\tb' }],
    ['a tab', 'text\tname\nsalt, pepper; oil\tx\n', { text: 'salt, pepper; oil', name: 'x' }],
    ['a semicolon behind a byte order mark', '\ufefftext;name\na,b;c\n', { text: 'a,b', name: 'c' }],
    ['a semicolon behind empty lines', '\r\n\r\ntext;name\r\na,b;c\r\n', { text: 'a,b', name: 'c' }],
    ['a semicolon between names in quotes', '"text";"name"\na,b;c\n', { text: 'a,b', name: 'c' }],
    ['nothing, being one', 'text\nsalt; pepper\n', { text: 'salt; pepper' }],
  ])('are cut by what separates its columns: %s', async (_, csv, value) => {
    for (const pieceBytes of [1, 64_000]) expect(await rowsOf(csv, pieceBytes)).toEqual([{ row: 1, value }]);
  });

  it('are none of a file that is empty', async () => {
    expect(await rowsOf('')).toEqual([]);
  });

  it('are not waited for where a header never ends', async () => {
    await expect(rowsOf('x'.repeat(1_000_000), 8_000)).rejects.toMatchObject({ name: 'UnreadableInput' });
  });
});
