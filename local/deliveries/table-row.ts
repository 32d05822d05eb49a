import type { TableColumn } from '../cloud/delivery-streams.ts';

export type TableRow = Readonly<Record<string, unknown>>;

/**
 * One JSON object as a row of a table: columns it lacks are null, members the table lacks are left out. Throws an Error, as
 * Firehose fails a conversion, for text that is no object and for a value of another type than its column's.
 */
export function tableRow(json: string, columns: readonly TableColumn[]): TableRow {
  const found: unknown = JSON.parse(json);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new Error('not a JSON object');
  const members = new Map<string, unknown>(Object.entries(found));
  return Object.fromEntries(columns.map(({ name, type }) => [name, converted(members.get(name) ?? null, name, type)]));
}

function converted(value: unknown, name: string, type: string): unknown {
  if (value === null) return null;
  const read = READERS[type];
  if (read === undefined) throw new Error(`the laptop's Firehose does not know the type ${type} of ${name}`);
  const result = read(value);
  if (result === undefined) throw new Error(`${name} is no ${type}`);
  return result;
}

/** Glue type → its value; undefined for a value of another type. */
const READERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  timestamp(value) {
    const at = typeof value === 'string' ? new Date(value) : null;
    return at === null || Number.isNaN(at.getTime()) ? undefined : at;
  },
  'array<string>': (value) =>
    Array.isArray(value) && value.every((entry) => typeof entry === 'string') ? value : undefined,
};
