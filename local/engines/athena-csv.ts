/** Athena's files of answers: every value in double quotes, doubled within; null is nothing; a line feed behind each row. */
export type CsvRow = readonly (string | null)[];

/** About how much is written at once. */
const PIECE_CHARS = 65_536;

export async function* csvBytes(batches: AsyncIterable<readonly CsvRow[]>): AsyncGenerator<Buffer> {
  let piece = '';
  for await (const rows of batches) {
    for (const row of rows) piece += `${row.map(quoted).join(',')}\n`;
    if (piece.length < PIECE_CHARS) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}

const quoted = (value: string | null): string => (value === null ? '' : `"${value.replaceAll('"', '""')}"`);

const [QUOTE, COMMA, LINE_FEED] = [0x22, 0x2c, 0x0a];

/** The first rows of such a file, and where the next one begins; null where there is none. */
export async function csvRows(
  bytes: AsyncIterable<Buffer>,
  maxRows: number,
): Promise<{ readonly rows: readonly CsvRow[]; readonly lengthBytes: number }> {
  const rows: CsvRow[] = [];
  let lengthBytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rowEnd(rest, start); end !== -1 && rows.length < maxRows; end = rowEnd(rest, start)) {
      rows.push(rowIn(rest.subarray(start, end)));
      start = end + 1;
    }
    rest = rest.subarray(start);
    lengthBytes += start;
    if (rows.length === maxRows) break;
  }
  return { rows, lengthBytes };
}

/** Where the line feed of the row is that begins at `start`; -1 where it is not here yet. */
function rowEnd(bytes: Buffer, start: number): number {
  let isQuoted = false;
  for (let index = start; index < bytes.length; index += 1) {
    if (bytes[index] === QUOTE) isQuoted = !isQuoted;
    else if (bytes[index] === LINE_FEED && !isQuoted) return index;
  }
  return -1;
}

function rowIn(bytes: Buffer): CsvRow {
  const values: (string | null)[] = [];
  let isQuoted = false;
  let start = 0;
  for (let index = 0; index <= bytes.length; index += 1) {
    if (bytes[index] === QUOTE) isQuoted = !isQuoted;
    if (index < bytes.length && (bytes[index] !== COMMA || isQuoted)) continue;
    values.push(valueIn(bytes.subarray(start, index)));
    start = index + 1;
  }
  return values;
}

const valueIn = (bytes: Buffer): string | null =>
  bytes.length === 0 ? null : bytes.toString('utf8', 1, bytes.length - 1).replaceAll('""', '"');
