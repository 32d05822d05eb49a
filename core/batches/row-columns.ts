import type { RowError } from './row.ts';

type CellType = 'text' | 'number' | 'flag' | 'list';

/** Columns whose cells are not texts. */
const CELL_TYPES: ReadonlyMap<string, CellType> = new Map([
  ['wifi.hidden', 'flag'],
  ['geo.latitude', 'number'],
  ['geo.longitude', 'number'],
  ['geo.altitude', 'number'],
  ['link.max_clicks', 'number'],
  ['link.redirect_status', 'number'],
  ['link.forward_query', 'flag'],
  ['link.tags', 'list'],
  ['vcard.emails', 'list'],
]);
const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);
/** Between the entries of a list in one cell. */
const LIST_SEPARATOR = ';';

const MAX_COLUMNS = 60;
const MAX_COLUMN_LENGTH = 60;
/** Members and places of lists: `vcard.phones.0.number`. */
const COLUMN = /^[a-z_]+(?:\.(?:[a-z_]+|\d))*$/;

/** Header cells as columns: trimmed, in lower case. Answers what is wrong with them in the place of a header. */
export function readHeader(cells: readonly string[]): readonly string[] | RowError {
  const columns = cells.map((cell) => cell.trim().toLowerCase());
  const wrong = (column: string, reason: string): RowError => ({ row: 0, column, reason });
  if (columns.length > MAX_COLUMNS) return wrong('', `There are more than ${MAX_COLUMNS} columns.`);
  const odd = columns.find(
    (column) => column.length > MAX_COLUMN_LENGTH || !COLUMN.test(column) || column.includes('__'),
  );
  if (odd !== undefined) return wrong(odd.slice(0, MAX_COLUMN_LENGTH), 'This is no column, as wifi.ssid is one.');
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return wrong(twice, 'There are two columns of this name.');
  const inside = columns.find((column) => columns.some((other) => other.startsWith(`${column}.`)));
  if (inside !== undefined) return wrong(inside, 'A column cannot hold what other columns hold parts of.');
  return columns;
}

type Members = { [name: string]: unknown };
/** Without what every object has: `constructor.prototype` in a header would lead to all of them. */
const noMembers = (): Members => Object.create(null) as Members;

/** The value that the cells of a line spell: a dot leads into a member, an empty cell is no member. */
export function valueOfCells(columns: readonly string[], cells: readonly string[]): unknown {
  const value = noMembers();
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? '';
    if (cell !== '') setMember(value, column.split('.'), cellValue(cell, CELL_TYPES.get(column) ?? 'text'));
  }
  return withLists(value);
}

function setMember(members: Members, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    members[name] = value;
    return;
  }
  members[name] ??= noMembers();
  setMember(members[name] as Members, rest, value);
}

/** What is not of the column's type stays a text, and is told as one. */
function cellValue(cell: string, type: CellType): unknown {
  switch (type) {
    case 'text':
      return cell;
    case 'number':
      return Number.isFinite(Number(cell)) ? Number(cell) : cell;
    case 'flag':
      return FLAGS.get(cell.toLowerCase()) ?? cell;
    case 'list':
      return cell
        .split(LIST_SEPARATOR)
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
  }
}

/** Members whose names are digits are the entries of a list. */
function withLists(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, withLists(member)] as const);
  const isList = entries.length > 0 && entries.every(([name]) => /^\d$/.test(name));
  return isList ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}
