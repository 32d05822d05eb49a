import { AwsError } from './aws-json.ts';

export type NamedTable = { readonly database: string | null; readonly name: string };

/** What a statement is about, read from DuckDB's own tree of it. */
export type Statement = {
  /** What it reads from, each once: tables, and names of its own `WITH`. */
  readonly tables: readonly NamedTable[];
  /** The names of its `WITH`. A table may have the same name, and then both may be meant. */
  readonly ownNames: ReadonlySet<string>;
  /** Names of the columns it answers, null where it gives none; null where they depend on a table (`*`). */
  readonly columnNames: readonly (string | null)[] | null;
};

type Tree = Readonly<Record<string, unknown>>;

/** Functions that may stand in a FROM. All others of DuckDB read files or tell about the engine. */
const TABLE_FUNCTIONS = new Set(['unnest']);

/**
 * Reads what DuckDB's `json_serialize_sql` says of a text. Throws InvalidRequestException, as Athena does before a query
 * begins, for what is no SQL, for several statements, and for everything that is no SELECT.
 */
export function readStatement(serialized: string, sql: string): Statement {
  const tree = JSON.parse(serialized) as Tree;
  if (tree['error_type'] === 'not implemented') throw malformed('Only SELECT is answered here.');
  if (tree['error'] === true) throw malformed(`${placeOf(tree['position'], sql)}${String(tree['error_message'])}`);
  const [statement, ...others] = tree['statements'] as readonly Tree[];
  if (statement === undefined || others.length > 0) throw malformed('Only one sql statement is allowed.');
  const found = { tables: new Map<string, NamedTable>(), own: new Set<string>() };
  collect(statement, found);
  return {
    tables: [...found.tables.values()],
    ownNames: found.own,
    columnNames: columnNamesOf(statement['node'] as Tree),
  };
}

type Found = { readonly tables: Map<string, NamedTable>; readonly own: Set<string> };

function collect(part: unknown, found: Found): void {
  if (Array.isArray(part)) {
    for (const item of part) collect(item, found);
    return;
  }
  if (typeof part !== 'object' || part === null) return;
  const tree = part as Tree;
  if (tree['type'] === 'BASE_TABLE') addTable(tree, found);
  if (tree['type'] === 'SHOW_REF') throw malformed('Only SELECT is answered here.');
  if (tree['type'] === 'TABLE_FUNCTION') refuseUnlessKnown(tree['function'] as Tree);
  for (const own of entriesOf(tree['cte_map'])) found.own.add(String(own['key']).toLowerCase());
  for (const inner of Object.values(tree)) collect(inner, found);
}

function addTable(tree: Tree, { tables }: Found): void {
  if (tree['catalog_name'] !== '' && tree['catalog_name'] !== 'awsdatacatalog') {
    throw malformed(`Catalog '${String(tree['catalog_name'])}' does not exist`);
  }
  const database = String(tree['schema_name']).toLowerCase() || null;
  const name = String(tree['table_name']).toLowerCase();
  tables.set(`${database ?? ''}.${name}`, { database, name });
}

function refuseUnlessKnown(call: Tree): void {
  const name = String(call['function_name']).toLowerCase();
  if (!TABLE_FUNCTIONS.has(name)) throw malformed(`Table function '${name}' not registered`);
}

const entriesOf = (cteMap: unknown): readonly Tree[] => (cteMap as { map?: readonly Tree[] } | undefined)?.map ?? [];

/** Of a UNION the first SELECT names the columns. */
function columnNamesOf(node: Tree): readonly (string | null)[] | null {
  if (node['left'] !== undefined) return columnNamesOf(node['left'] as Tree);
  const list = (node['select_list'] ?? []) as readonly Tree[];
  if (list.some((column) => column['class'] === 'STAR')) return null;
  return list.map((column) => {
    if (column['alias'] !== '') return String(column['alias']);
    const names = column['class'] === 'COLUMN_REF' ? (column['column_names'] as readonly string[]) : [];
    return names.at(-1) ?? null;
  });
}

/** `line 2:8: `, as Trino says where. */
function placeOf(position: unknown, sql: string): string {
  if (position === undefined) return '';
  const lines = sql.slice(0, Number(position)).split('\n');
  return `line ${lines.length}:${(lines.at(-1) ?? '').length + 1}: `;
}

/** Athena's own error for a text that it does not begin with. */
const malformed = (message: string): AwsError => new AwsError('InvalidRequestException', message);
