import { mkdirSync, rmSync } from 'node:fs';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { bytesToRead } from './duckdb-reads.ts';
import { type Session, sessionPool } from './duckdb-sessions.ts';
import { type LakeTable, literal, oldestFile, patternOf, tableSelect, viewName } from './duckdb-views.ts';
import { TRINO_MACROS } from './trino-macros.ts';

export type DuckDbOptions = {
  readonly tables: readonly LakeTable[];
  /** Where what does not fit into memory goes. */
  readonly spillDir: string;
};

/** DuckDB over the files of the tables, and nothing else of this machine. */
export type DuckDb = {
  /** DuckDB's tree of a text, as JSON; also tells what is wrong with it. */
  serialized(sql: string): Promise<string>;
  /** Sees to it that the tables show the files that are there now. */
  refresh(tables: readonly LakeTable[]): Promise<void>;
  /** How many bytes of files a query over these tables needs. Rejects where it is wrong. */
  bytesToRead(sql: string, tables: readonly LakeTable[]): Promise<number>;
  /** Resolves with one of two sessions when it is free; give it back. Rejects when the wait is aborted. */
  session(signal: AbortSignal): Promise<Session>;
  close(): void;
};

const SESSIONS = 2;
const MEMORY_LIMIT = '512MB';
const SPILL_LIMIT = '4GB';
const MOST_REMEMBERED = 100;

/**
 * Settings of one connection are not those of the next, and once the configuration is locked nobody can repair it: so all
 * that is global is set with GLOBAL, and all sessions there will ever be are made before the lock.
 */
export async function openDuckDb({ tables, spillDir }: DuckDbOptions): Promise<DuckDb> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  // What a process left behind that was killed.
  rmSync(spillDir, { recursive: true, force: true });
  mkdirSync(spillDir, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: MEMORY_LIMIT });
  const own = await instance.connect();
  for (const statement of preparations(tables, spillDir)) await own.run(statement);
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => connected(instance, tables)));
  const meter = await connected(instance, tables);
  await own.run('SET GLOBAL lock_configuration=true');

  const pool = sessionPool(sessions);
  const shown = new Map<string, string>();
  const columnsIn = rememberedColumns(own);
  let refreshing = Promise.resolve();
  const show = async (table: LakeTable): Promise<void> => {
    const select = tableSelect(table, await filesOf(table, columnsIn));
    if (shown.get(viewName(table)) === select) return;
    await own.run(`CREATE OR REPLACE VIEW ${viewName(table)} AS ${select}`);
    shown.set(viewName(table), select);
  };
  return {
    async serialized(sql) {
      const result = await own.runAndReadAll(`SELECT json_serialize_sql(${literal(sql)})`);
      return String(result.getRows()[0]?.[0]);
    },
    refresh(asked) {
      refreshing = refreshing
        .catch(() => undefined)
        .then(async () => {
          for (const table of asked) await show(table);
        });
      return refreshing;
    },
    bytesToRead: (sql, asked) => bytesToRead(meter, sql, asked),
    session: (signal) => pool.take(signal),
    close() {
      for (const connection of [...sessions, meter, own]) connection.closeSync();
      instance.closeSync();
    },
  };
}

function preparations(tables: readonly LakeTable[], spillDir: string): readonly string[] {
  // Patterns are judged as they are written, files by their own names.
  const folders = tables.flatMap(({ folder }) => [folder, patternOf(folder)]).map((folder) => literal(`${folder}/`));
  return [
    'SET GLOBAL integer_division=true',
    "SET GLOBAL TimeZone='UTC'",
    `SET GLOBAL temp_directory=${literal(spillDir)}`,
    `SET GLOBAL max_temp_directory_size='${SPILL_LIMIT}'`,
    // Files lie on this machine, and their pages in its memory: a second copy only takes from what queries may have.
    'SET GLOBAL enable_external_file_cache=false',
    'SET GLOBAL autoinstall_known_extensions=false',
    'SET GLOBAL autoload_known_extensions=false',
    `SET GLOBAL allowed_directories=[${folders.join(', ')}]`,
    'SET GLOBAL enable_external_access=false',
    ...TRINO_MACROS.map((macro) => `CREATE MACRO ${macro}`),
    ...databasesOf(tables).map((database) => `CREATE SCHEMA "${database}"`),
  ];
}

const databasesOf = (tables: readonly LakeTable[]): readonly string[] => [
  ...new Set(tables.map(({ database }) => database)),
];

async function connected(instance: DuckDBInstance, tables: readonly LakeTable[]): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  await connection.run(`SET search_path=${literal([...databasesOf(tables), 'main'].join(','))}`);
  return connection;
}

type ColumnsIn = (file: string) => Promise<ReadonlySet<string>>;

async function filesOf(table: LakeTable, columnsIn: ColumnsIn): Promise<'none' | 'complete' | 'older'> {
  const file = oldestFile(table);
  if (file === null) return 'none';
  const names = await columnsIn(file);
  return table.columns.every(({ name }) => names.has(name)) ? 'complete' : 'older';
}

/** Files do not change, and each table's oldest one is asked for again and again. */
function rememberedColumns(own: DuckDBConnection): ColumnsIn {
  const known = new Map<string, ReadonlySet<string>>();
  return async (file) => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const described = await own.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${literal(patternOf(file))})`);
    const names = new Set(described.getRows().map(([name]) => String(name)));
    if (known.size > MOST_REMEMBERED) known.clear();
    known.set(file, names);
    return names;
  };
}
