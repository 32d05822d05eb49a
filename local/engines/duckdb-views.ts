import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export type LakeColumn = { readonly name: string; readonly type: string };

/** A table of Parquet files below a folder, by partition: `<folder>/dt=2026-03-12/hr=09/…`. */
export type LakeTable = {
  readonly database: string;
  readonly name: string;
  /** By Glue's names of types. */
  readonly columns: readonly LakeColumn[];
  readonly partitions: readonly LakeColumn[];
  /** Absolute. */
  readonly folder: string;
};

/** Glue type → DuckDB type. Throws on a type that no table has had yet. */
function duckDbType({ name, type }: LakeColumn): string {
  const element = /^array<(\w+)>$/.exec(type)?.[1];
  const known = DUCKDB_TYPES[element ?? type];
  if (known === undefined) throw new Error(`The laptop's Athena does not know the type ${type} (${name}).`);
  return element === undefined ? known : `${known}[]`;
}

const DUCKDB_TYPES: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
  int: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
};

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const viewName = ({ database, name }: LakeTable): string => `${identifier(database)}.${identifier(name)}`;

/** A folder as DuckDB's patterns want it; its own name may hold what is a sign in them. */
export const patternOf = (folder: string): string =>
  folder.replaceAll('\\', '/').replaceAll(/[[*?]/g, (sign) => `[${sign}]`);

/** The oldest file of a table by its partitions, null where it has none. */
export function oldestFile({ folder, partitions }: LakeTable): string | null {
  const look = (path: string, depth: number): string | null => {
    for (const name of namesIn(path)) {
      const found = depth === 0 ? join(path, name) : look(join(path, name), depth - 1);
      if (found !== null) return found;
    }
    return null;
  };
  return look(folder, partitions.length);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/**
 * The SELECT that is the table: without files an empty relation, because DuckDB refuses a pattern that finds nothing; where
 * the oldest file lacks columns that the table has by now, by name, so that they read as null, as in Athena. That opens
 * every file, so it is not done without need.
 */
export function tableSelect(table: LakeTable, filesNow: 'none' | 'complete' | 'older'): string {
  const all = [...table.columns, ...table.partitions];
  const empty = `SELECT ${all.map((one) => `NULL::${duckDbType(one)} AS ${identifier(one.name)}`).join(', ')} WHERE false`;
  if (filesNow === 'none') return empty;
  const columns = all.map((one) => `CAST(${identifier(one.name)} AS ${duckDbType(one)}) AS ${identifier(one.name)}`);
  const files =
    filesNow === 'complete'
      ? parquet(table)
      : `(${empty} UNION ALL BY NAME SELECT * FROM ${parquet(table, 'union_by_name=true')})`;
  return `SELECT ${columns.join(', ')} FROM ${files}`;
}

/** All files of a table. */
export const patternIn = ({ folder, partitions }: LakeTable): string =>
  [patternOf(folder), ...partitions.map(({ name }) => `${name}=*`), '*'].join('/');

/** A table's partitions by DuckDB's names of types. */
export const typedPartitions = ({ partitions }: LakeTable): readonly LakeColumn[] =>
  partitions.map((one) => ({ name: one.name, type: duckDbType(one) }));

function parquet(table: LakeTable, ...more: readonly string[]): string {
  const types = typedPartitions(table).map(({ name, type }) => `${literal(name)}: ${literal(type)}`);
  const options = types.length === 0 ? [] : ['hive_partitioning=true', `hive_types={${types.join(', ')}}`];
  return `read_parquet(${[literal(patternIn(table)), ...options, ...more].join(', ')})`;
}
