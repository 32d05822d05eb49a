/**
 * A piece of SQL that is safe to send: made by the tag `sql` from words of ours and from values that were quoted here. Both
 * engines, Trino and DuckDB, know one escape inside `'…'`, the doubled quote; parameters of Athena are literals just the same.
 */
export type Sql = { readonly text: string };

/** Only pieces of SQL can be put into SQL, so that no text of a customer gets there unquoted. */
export const sql = (words: TemplateStringsArray, ...pieces: readonly Sql[]): Sql => ({
  text: String.raw({ raw: words }, ...pieces.map(({ text }) => text)),
});

/** A text as a literal. Throws on NUL, which neither engine can hold. */
export function quoted(value: string): Sql {
  if (value.includes('\0')) throw new Error('SQL knows no text with NUL.');
  return { text: `'${value.replaceAll("'", "''")}'` };
}

/** A name of ours, never of a customer: lower case, digits and underscores. Throws on any other. */
export function name(word: string): Sql {
  if (!/^[a-z][a-z0-9_]*$/.test(word)) throw new Error(`${word} is no name for SQL.`);
  return { text: word };
}

export function whole(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is no whole number.`);
  return { text: String(value) };
}

/** An instant without zone, which in the lake is always UTC: `TIMESTAMP '2026-03-12 09:26:53.589'`. */
export const timestamp = (ms: number): Sql => ({
  text: `TIMESTAMP '${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}'`,
});

export const joined = (pieces: readonly Sql[], between: string): Sql => ({
  text: pieces.map(({ text }) => text).join(between),
});

export const allOf = (conditions: readonly Sql[]): Sql => joined(conditions, ' AND ');
