import type { DuckDBResult } from '@duckdb/node-api';
import { type CsvRow, csvBytes } from './athena-csv.ts';
import { type Execution, outputKey } from './athena-execution.ts';
import type { DuckDb } from './duckdb.ts';
import type { LakeTable } from './duckdb-views.ts';
import type { S3Engine } from './s3.ts';
import { trinoType } from './trino-value.ts';

/** A query that Athena calls failed; the message is its reason. */
export class QueryFailed extends Error {
  override readonly name = 'QueryFailed';
}

const TOO_MANY_BYTES = 'Bytes scanned limit was exceeded';

type Tools = { readonly duckDb: DuckDb; readonly results: Pick<S3Engine, 'put'>; readonly nowMs: () => number };

/**
 * Runs a query in a session of its own and writes its answer, as Athena does, row by row. Throws a QueryFailed for what is wrong
 * with it; what is aborted throws anything.
 */
export async function runQuery(execution: Execution, tables: readonly LakeTable[], tools: Tools): Promise<void> {
  const { duckDb, results, nowMs } = tools;
  const { end, workgroup } = execution;
  const session = await duckDb.session(end.signal);
  const interrupt = (): void => session.interrupt();
  try {
    end.signal.throwIfAborted();
    end.signal.addEventListener('abort', interrupt);
    execution.state = 'RUNNING';
    execution.begunAtMs = nowMs();
    await duckDb.refresh(tables);
    const measured = endWhenTooMuch(execution, duckDb.bytesToRead(execution.sql, tables));
    const result = await session.stream(execution.sql).catch(asFailure);
    const names = columnNames(result, execution);
    const types = result.columnTypes().map(trinoType);
    execution.columns = names.map((name, index) => ({ name, ...describedType(types[index]) }));
    const batches = rowBatches(result, names, types, async () => {
      await measured;
      end.signal.throwIfAborted();
    });
    await results.put(workgroup.outputBucket, outputKey(execution), csvBytes(batches));
  } finally {
    end.signal.removeEventListener('abort', interrupt);
    session.free();
  }
}

/** What cannot be measured is not run: the query itself says the same. */
function endWhenTooMuch(execution: Execution, measuring: Promise<number>): Promise<void> {
  const { cutoffBytes } = execution.workgroup;
  const measured = measuring.catch(asFailure).then((bytes) => {
    execution.scannedBytes = bytes;
    if (cutoffBytes !== null && bytes > cutoffBytes) execution.end.abort(TOO_MANY_BYTES);
  });
  // Whoever fails before the end does not wait for it.
  measured.catch(() => undefined);
  return measured;
}

type Printed = ReturnType<typeof trinoType>;

const describedType = (type: Printed | undefined): { type: string; precision: number; scale: number } => ({
  type: type?.name ?? 'varchar',
  precision: type?.precision ?? 0,
  scale: type?.scale ?? 0,
});

/** Names as written, and Trino's `_col0` where nothing was. */
function columnNames(result: DuckDBResult, { statement }: Execution): readonly string[] {
  return result.columnNames().map((name, index) => {
    if (statement.columnNames === null) return name;
    return statement.columnNames[index] ?? `_col${index}`;
  });
}

async function* rowBatches(
  result: DuckDBResult,
  names: readonly string[],
  types: readonly Printed[],
  beforeTheEnd: () => Promise<void>,
): AsyncGenerator<readonly CsvRow[]> {
  yield [names];
  for (;;) {
    const chunk = await result.fetchChunk().catch(asFailure);
    if (chunk === null || chunk.rowCount === 0) break;
    yield chunk
      .getRows()
      .map((row) => row.map((value, column) => (value === null ? null : (types[column]?.print(value) ?? null))));
  }
  await beforeTheEnd();
}

/** DuckDB's errors are about the query: `Binder Error: Referenced column "x" not found …`. */
function asFailure(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new QueryFailed(message.split('\n\nLINE ')[0]);
}
