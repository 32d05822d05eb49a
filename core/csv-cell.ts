/**
 * What a spreadsheet reads as a formula when a cell begins with it (OWASP, CSV Injection). Values of visitors reach such
 * files: a campaign named `=HYPERLINK(…)` must stay a text.
 */
const FORMULA_START = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** One cell of RFC 4180. A text that would be a formula gets an apostrophe in front, which spreadsheets take for "this is text". */
export function csvCell(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = FORMULA_START.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line with its end. */
export const csvLine = (cells: readonly (string | number | boolean | null)[]): string =>
  `${cells.map(csvCell).join(',')}\r\n`;
