import { encodePart, readPartIndex, rowsOfPart } from '../../../core/batches/part.ts';
import { zipOf } from '../../../core/batches/zip.ts';
import { filesOfZip } from '../../fixtures/zip-reader.ts';

const AT_MS = Date.UTC(2026, 10, 21, 12);

async function zipped(files: readonly (readonly [string, string])[]): Promise<Buffer> {
  async function* entries() {
    for (const [index, [name, text]] of files.entries())
      yield { name, bytes: Buffer.from(text), deflate: index % 2 === 0 };
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of zipOf(entries(), AT_MS)) pieces.push(piece);
  return Buffer.concat(pieces);
}

it('A ZIP holds what was put in, stored or packed, and is the same for the same', async () => {
  const files = [
    ['codes/1-ä.svg', 'aaaaaaaaaa'],
    ['codes/2.png', 'b'],
    ['empty', ''],
  ] as const;
  const zip = await zipped(files);
  expect([...filesOfZip(zip)].map(([name, bytes]) => [name, bytes.toString()])).toEqual(files.map((file) => [...file]));
  expect(await zipped(files)).toEqual(zip);
});

it('A ZIP of more files than its old format counts has them all', async () => {
  const files = Array.from({ length: 66_000 }, (_, index) => [`codes/${index}`, String(index)] as const);
  const found = filesOfZip(await zipped(files));
  expect(found.size).toBe(files.length);
  expect(found.get('codes/65999')?.toString()).toBe('65999');
});

it.each([2, 3_000])('A part of %d rows gives back its rows, with their files and without', async (count) => {
  const rows = Array.from({ length: count }, (_, index) =>
    index % 2 === 0
      ? {
          row: index,
          file: `codes/${index}.png`,
          bytes: index,
          shortCode: null,
          content: 'x',
          grade: 'A' as const,
          score: 100,
        }
      : { row: index, errors: [{ row: index, column: 'url', reason: 'Is required.' }] },
  );
  const part = encodePart(
    rows,
    rows.map((row) => Buffer.alloc(row.bytes ?? 0, row.row)),
  );
  const back = [...rowsOfPart(part)];
  expect(back.map(([row]) => row)).toEqual(rows);
  expect(back.every(([{ row }, bytes]) => bytes.every((byte) => byte === row % 256))).toBe(true);
  expect(await readPartIndex(async (from, bytes) => part.subarray(from, from + bytes))).toEqual(rows);
});
