import type { DuckDBResult } from '@duckdb/node-api';
import { type CsvRow, csvBytes } from './athena-csv.ts';
import { type Execution, outputKey } from './athena-execution.ts';
import type { DuckDb } from './duckdb.ts';
import type { Session } from './duckdb-sessions.ts';
import type { LakeTable } from './duckdb-views.ts';
import type { S3Engine } from './s3.ts';
import { trinoType } from './trino-value.ts';

/** A query that Athena calls failed; the message is its reason. */
export class QueryFailed extends Error {
  override readonly name = 'QueryFailed';
}

/** How often a query at work is asked how much it has read. */
const LOOK_EVERY_MS = 250;
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
  const stopWatching = repeated(() => endWhenTooMuch(execution, session));
  try {
    end.signal.throwIfAborted();
    end.signal.addEventListener('abort', interrupt);
    execution.state = 'RUNNING';
    execution.begunAtMs = nowMs();
    await duckDb.refresh(tables);
    const result = await session.stream(execution.sql).catch(asFailure);
    const names = columnNames(result, execution);
    const types = result.columnTypes().map(trinoType);
    execution.columns = names.map((name, index) => ({ name, ...describedType(types[index]) }));
    const batches = rowBatches(result, names, types, async () => {
      await endWhenTooMuch(execution, session);
      end.signal.throwIfAborted();
    });
    await results.put(workgroup.outputBucket, outputKey(execution), csvBytes(batches));
  } finally {
    end.signal.removeEventListener('abort', interrupt);
    await stopWatching();
    session.free();
  }
}

/** Does it every so often, never twice at once; resolves when it was done for the last time. */
function repeated(look: () => Promise<void>): () => Promise<void> {
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => undefined)
      .finally(() => {
        looking = null;
      });
  }, LOOK_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

async function endWhenTooMuch(execution: Execution, session: Session): Promise<void> {
  const { cutoffBytes } = execution.workgroup;
  execution.scannedBytes = await session.readBytes();
  if (cutoffBytes !== null && execution.scannedBytes > cutoffBytes) execution.end.abort(TOO_MANY_BYTES);
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
