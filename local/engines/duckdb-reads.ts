import type { DuckDBConnection } from '@duckdb/node-api';
import { type LakeTable, literal, patternIn, typedPartitions } from './duckdb-views.ts';
import { type FileScan, fileScans } from './query-plan.ts';

/**
 * How much a query reads, as Athena bills it: the compressed columns that its plan needs, in all files that its conditions on
 * partitions leave. Parts that are skipped by what lies in them are in it, the footers it is taken from are not. DuckDB's own log
 * of reads would be nearer, and makes a query two to three times as slow.
 */
export async function bytesToRead(own: DuckDBConnection, sql: string, tables: readonly LakeTable[]): Promise<number> {
  if (tables.length === 0) return 0;
  const explained = await own.runAndReadAll(`EXPLAIN (FORMAT json) ${sql}`);
  let bytes = 0;
  for (const scan of fileScans(String(explained.getRows()[0]?.[1]))) {
    // A plan does not say which table a scan is of.
    const ofEach = [];
    for (const table of tables) ofEach.push(await bytesOf(own, scan, table));
    bytes += Math.max(...ofEach);
  }
  return bytes;
}

async function bytesOf(own: DuckDBConnection, { words, fileFilters }: FileScan, table: LakeTable): Promise<number> {
  const columns = table.columns.filter(({ name }) => words.has(name)).map(({ name }) => literal(name));
  if (columns.length === 0) return 0;
  // What these words are no condition of, is another table's: of this one, all files.
  const files = await filesOf(own, table, fileFilters).catch(() => filesOf(own, table, []));
  if (files.length === 0) return 0;
  const read = await own.runAndReadAll(
    `SELECT coalesce(sum(total_compressed_size), 0)::DOUBLE FROM parquet_metadata([${files.map(literal).join(', ')}])
    WHERE split_part(path_in_schema, ', ', 1) IN (${columns.join(', ')})`,
  );
  return Number(read.getRows()[0]?.[0] ?? 0);
}

async function filesOf(
  own: DuckDBConnection,
  table: LakeTable,
  filters: readonly string[],
): Promise<readonly string[]> {
  const partitions = typedPartitions(table).map(
    ({ name, type }) => `, regexp_extract(file, '.*/${name}=([^/]*)/', 1)::${type} AS "${name}"`,
  );
  const found = await own.runAndReadAll(
    `SELECT file FROM (SELECT file${partitions.join('')} FROM glob(${literal(patternIn(table))}))
    WHERE ${['true', ...filters].join(' AND ')}`,
  );
  return found.getRows().map(([file]) => String(file));
}
