/** One line of a file, without its end; `end` is where the next one begins, in bytes. */
export type Line = { readonly text: string; readonly end: number };

const NEWLINE = 0x0a;

/** The lines of a stream that a newline ends. What stands behind the last newline is no line. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let left: Buffer = Buffer.alloc(0);
  let end = 0;
  for await (const chunk of chunks) {
    const bytes = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    let start = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
      end += at + 1 - start;
      yield { text: bytes.toString('utf8', start, at), end };
      start = at + 1;
    }
    left = bytes.subarray(start);
  }
}
