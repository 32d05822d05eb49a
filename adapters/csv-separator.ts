/** Names of columns hold none of these, so the first that there is separates the cells of all lines. */
const SEPARATOR = /[,;\t\r\n]/;
const EMPTY_LINES = /^[\r\n]+/;
const BOM = '\u00ef\u00bb\u00bf';
/** More than a header has. */
const HEAD_BYTES = 64 * 1024;

/** The bytes of a CSV from their start, and what separates its cells: a comma, a semicolon or a tab. */
export async function withSeparator(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: AsyncIterable<Uint8Array>; readonly separator: string }> {
  const pieces = bytes[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let head = '';
  let separator: string | undefined;
  while (separator === undefined && head.length < HEAD_BYTES) {
    const piece = await pieces.next();
    if (piece.done === true) break;
    seen.push(piece.value);
    head += Buffer.from(piece.value).toString('latin1');
    separator = SEPARATOR.exec(head.replace(BOM, '').replace(EMPTY_LINES, ''))?.[0];
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* seen;
    yield* { [Symbol.asyncIterator]: () => pieces };
  }
  return { bytes: all(), separator: separator === ';' || separator === '\t' ? separator : ',' };
}
