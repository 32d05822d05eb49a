/**
 * A piece of SQL that is safe to send: made by the tag `sql` from words of ours and from values that were quoted here. Both
 * engines, Trino and DuckDB, know one escape inside `'…'`, the doubled quote; parameters of Athena are literals just the same.
 */
class SafeSql {
  /** Private, so that nothing but this file makes one: no object with a `text` passes for it. */
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  get text(): string {
    return this.#text;
  }
}
export type Sql = SafeSql;

/** Only pieces of SQL can be put into SQL, so that no text of a customer gets there unquoted. */
export const sql = (words: TemplateStringsArray, ...pieces: readonly Sql[]): Sql =>
  new SafeSql(String.raw({ raw: words }, ...pieces.map(({ text }) => text)));

/** A text as a literal. Half a character is replaced, as it was where the text was stored. Throws on NUL, which neither engine can hold. */
export function quoted(value: string): Sql {
  if (value.includes('\0')) throw new Error('SQL knows no text with NUL.');
  return new SafeSql(`'${value.toWellFormed().replaceAll("'", "''")}'`);
}

/** A name of ours, never of a customer: lower case, digits and underscores. Throws on any other. */
export function name(word: string): Sql {
  if (!/^[a-z][a-z0-9_]*$/.test(word)) throw new Error(`${word} is no name for SQL.`);
  return new SafeSql(word);
}

/** Throws on what is no whole number. */
export function whole(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is no whole number.`);
  return new SafeSql(String(value));
}

const LAST_MS = Date.UTC(10_000, 0, 1) - 1;

/** An instant without zone, which in the lake is always UTC: `TIMESTAMP '2026-03-12 09:26:53.589'`. Throws beyond 1970 to 9999. */
export function timestamp(ms: number): Sql {
  if (!(ms >= 0 && ms <= LAST_MS)) throw new Error(`${ms} is no instant for SQL.`);
  return new SafeSql(`TIMESTAMP '${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}'`);
}

export const joined = (pieces: readonly Sql[], between: Sql): Sql =>
  new SafeSql(pieces.map(({ text }) => text).join(between.text));

/** All of them; without any, every row. */
export const allOf = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? new SafeSql('true') : joined(conditions, sql` AND `);
