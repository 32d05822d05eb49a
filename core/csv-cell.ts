/**
 * What makes a spreadsheet run a cell (OWASP, CSV Injection), also behind blanks, which some of them drop, and in the wide
 * forms of East Asian keyboards. Values of visitors reach such files: a campaign named `=HYPERLINK(…)` must stay a text.
 */
const LOOKS_LIKE_FORMULA = /^[\s\uFEFF]*[=+\-@＝＋－＠]|^[\t\r\n]/;

/**
 * A text as a cell of RFC 4180; what would be a formula gets an apostrophe in front. Always in quotes: a comma or a semicolon
 * in it must not begin another cell.
 */
export function textCell(text: string): string {
  const harmless = LOOKS_LIKE_FORMULA.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** One line with its end. */
export const csvLine = (texts: readonly string[]): string => `${texts.map(textCell).join(',')}\r\n`;
