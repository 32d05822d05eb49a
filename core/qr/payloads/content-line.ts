/** What vCard (RFC 2426, RFC 6350) and iCalendar (RFC 5545) have in common: lines of `name:value`. */
const MAX_LINE_BYTES = 75;

/** RFC 2426 §4, RFC 5545 §3.3.11: backslash, semicolon, comma and line breaks inside a text. */
export const escapedText = (text: string): string =>
  text.replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r\n|\r|\n/g, '\\n');

/** Folded where it is longer than 75 bytes, never inside a character; the next line goes on after one space. */
export function contentLine(name: string, value: string): string {
  let line = '';
  let bytes = 0;
  for (const character of `${name}:${value}`) {
    const more = Buffer.byteLength(character);
    if (bytes + more > MAX_LINE_BYTES) {
      line += '\r\n ';
      bytes = 1;
    }
    line += character;
    bytes += more;
  }
  return line;
}

/** A component with its lines; each ends with CRLF but the last, which saves two bytes of the code. */
export const component = (name: string, lines: readonly string[]): string =>
  [`BEGIN:${name}`, ...lines, `END:${name}`].join('\r\n');
