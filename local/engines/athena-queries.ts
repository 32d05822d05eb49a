import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Execution, isOver, type Workgroup } from './athena-execution.ts';
import { missingPower, type TableArns } from './athena-powers.ts';
import { QueryFailed, runQuery } from './athena-run.ts';
import { AwsError } from './aws-json.ts';
import { type DuckDb, openDuckDb } from './duckdb.ts';
import type { LakeTable } from './duckdb-views.ts';
import type { Authorize } from './engine.ts';
import type { S3Engine } from './s3.ts';
import { readStatement, type Statement } from './sql-statement.ts';

export type AthenaTable = LakeTable & TableArns;

export type AskedQuery = {
  readonly sql: string;
  /** Who comes again with the same token meant the same query. */
  readonly token: string | null;
  readonly workgroup: Workgroup;
  /** Lower case. */
  readonly database: string;
  readonly accessKeyId: string;
};

/** The queries of the last while, at work and over. */
export type Queries = {
  /** Answers the id. Throws InvalidRequestException for what Athena would not begin with. */
  start(asked: AskedQuery): Promise<string>;
  get(id: string): Execution | undefined;
  /** Ends a query that is not over; the reason is what it will tell. */
  stop(execution: Execution): void;
  /** Leaves every query in the queue until the returned function is called. */
  hold(): () => void;
  close(): Promise<void>;
};

export type QueriesOptions = {
  readonly tables: readonly AthenaTable[];
  /** What Athena looks up before anything else. */
  readonly defaultDatabaseArns: readonly string[];
  readonly results: Pick<S3Engine, 'put'>;
  readonly spillDir: string;
  readonly authorize: Authorize;
  readonly nowMs: () => number;
  /** Another DuckDB, or none: tests stand for machines that it has no build for. */
  readonly openDuckDb?: typeof openDuckDb;
};

const MOST_EXECUTIONS = 1_000;
const LONGEST_CLOSE_MS = 5_000;

/** Without DuckDB nothing is known of a text, and the query will say why. */
const UNREAD: Statement = { tables: [], ownNames: new Set(), columnNames: null };

/** DuckDB is loaded by the first query. Two queries are at work at once, others wait. */
export function openQueries(options: QueriesOptions): Queries {
  const { tables, authorize, results, spillDir, nowMs } = options;
  const executions = new Map<string, Execution>();
  const begun = new Map<string, { readonly sql: string; readonly id: Promise<string> }>();
  const atWork = new Set<Promise<void>>();
  let held = Promise.resolve();
  let opening: Promise<DuckDb> | null = null;
  const duckDb = (): Promise<DuckDb> => {
    opening ??= (options.openDuckDb ?? openDuckDb)({ tables, spillDir });
    return opening;
  };

  async function begin(asked: AskedQuery): Promise<string> {
    const opened = await duckDb().catch(() => null);
    const statement = opened === null ? UNREAD : readStatement(await opened.serialized(asked.sql), asked.sql);
    const execution: Execution = {
      ...asked,
      id: randomUUID(),
      statement,
      submittedAtMs: nowMs(),
      end: new AbortController(),
      state: 'QUEUED',
      reason: null,
      errorCategory: 2,
      begunAtMs: null,
      completedAtMs: null,
      scannedBytes: 0,
      columns: [],
    };
    keep(execution);
    const working = work(execution).finally(() => atWork.delete(working));
    atWork.add(working);
    return execution.id;
  }

  function keep(execution: Execution): void {
    executions.set(execution.id, execution);
    for (const [id, old] of executions) {
      if (executions.size <= MOST_EXECUTIONS) break;
      if (isOver(old)) executions.delete(id);
    }
  }

  async function work(execution: Execution): Promise<void> {
    const { signal } = execution.end;
    try {
      await Promise.race([held, aborted(signal)]);
      signal.throwIfAborted();
      const opened = await duckDb().catch((cause: unknown) => {
        throw new QueryFailed(`The laptop's Athena needs DuckDB, which does not load here: ${messageOf(cause)}`);
      });
      const asked = tablesOf(execution);
      const missing = missingPower(execution, asked, options.defaultDatabaseArns, authorize);
      if (missing !== null) throw new QueryFailed(missing);
      await runQuery(execution, asked, { duckDb: opened, results, nowMs });
      execution.state = 'SUCCEEDED';
    } catch (error) {
      execution.state = signal.aborted ? 'CANCELLED' : 'FAILED';
      execution.reason = signal.aborted ? String(signal.reason) : messageOf(error);
      execution.errorCategory = error instanceof QueryFailed ? 2 : 1;
    }
    execution.completedAtMs = nowMs();
  }

  function tablesOf({ statement, database }: Execution): readonly AthenaTable[] {
    return statement.tables.flatMap((named) => {
      const wanted = named.database ?? database;
      const found = tables.find((table) => table.database === wanted && table.name === named.name);
      if (found !== undefined) return [found];
      // Outside of its WITH, a name of its own is a table for DuckDB, of whichever database, and one with a dot even a file.
      const isOwn = named.database === null && statement.ownNames.has(named.name) && /^\w+$/.test(named.name);
      if (isOwn && !tables.some(({ name }) => name === named.name)) return [];
      throw new QueryFailed(`TABLE_NOT_FOUND: Table 'awsdatacatalog.${wanted}.${named.name}' does not exist`);
    });
  }

  const stop = (execution: Execution): void => {
    if (!isOver(execution)) execution.end.abort('Query cancelled by user');
  };

  return {
    async start(asked) {
      const { sql, token } = asked;
      if (token === null) return begin(asked);
      const before = begun.get(token);
      if (before !== undefined && before.sql !== sql) {
        throw new AwsError('InvalidRequestException', 'Idempotent parameters do not match');
      }
      const id = before?.id ?? begin(asked);
      begun.set(token, { sql, id });
      // What was not begun may be tried again; what is forgotten is forgotten with its token.
      id.catch(() => begun.delete(token));
      for (const [oldest] of begun) if (begun.size > MOST_EXECUTIONS) begun.delete(oldest);
      return id;
    },
    get: (id) => executions.get(id),
    stop,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    async close() {
      for (const execution of executions.values()) stop(execution);
      const ended = Promise.all(atWork).then(() => true);
      // DuckDB looks up from a query between two pieces of a table only: beside a huge product the laptop ends without it.
      if (await Promise.race([ended, sleep(LONGEST_CLOSE_MS, false, { ref: false })])) {
        (await opening?.catch(() => null))?.close();
      }
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
