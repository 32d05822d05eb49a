import { randomUUID } from 'node:crypto';
import { csvRows } from './athena-csv.ts';
import { describe, type Execution, isOver, outputKey, resultSet, type Workgroup } from './athena-execution.ts';
import { missingPower, type TableArns } from './athena-powers.ts';
import { QueryFailed, runQuery } from './athena-run.ts';
import { AwsError, accessDenied, parseJsonObject } from './aws-json.ts';
import { type AwsJsonAnswer, type AwsJsonCall, startAwsJsonServer } from './aws-json-server.ts';
import { type DuckDb, openDuckDb } from './duckdb.ts';
import type { LakeTable } from './duckdb-views.ts';
import type { Authorize, Engine, FaultInjection } from './engine.ts';
import { type Guard, guarded } from './guarded.ts';
import type { S3Engine } from './s3.ts';
import { readStatement, type Statement } from './sql-statement.ts';

export type AthenaTable = LakeTable & TableArns;

export type AthenaEngine = Engine &
  FaultInjection & {
    /** Leaves every query in the queue until the returned function is called. */
    hold(): () => void;
  };

export type AthenaOptions = {
  readonly workgroups: readonly Workgroup[];
  readonly tables: readonly AthenaTable[];
  /** What Athena looks up before anything else. */
  readonly defaultDatabaseArns: readonly string[];
  readonly results: Pick<S3Engine, 'put' | 'open'>;
  readonly spillDir: string;
  readonly authorize: Authorize;
  readonly port?: number;
  readonly nowMs?: () => number;
  /** Another DuckDB, or none: tests stand for machines that it has no build for. */
  readonly openDuckDb?: typeof openDuckDb;
};

const MOST_EXECUTIONS = 1_000;
const MOST_ROWS = 1_000;
const MOST_SQL_CHARS = 262_144;

type Input = Readonly<Record<string, unknown>>;

/**
 * Athena's API over DuckDB: SELECTs over the tables of the templates, nothing else. DuckDB is loaded by the first query.
 * What the last thousand queries did is kept in memory; their answers are objects in the workgroup's bucket.
 */
export async function startAthena(options: AthenaOptions): Promise<AthenaEngine> {
  const { results, tables, authorize, nowMs = Date.now } = options;
  const workgroups = new Map(options.workgroups.map((workgroup) => [workgroup.name, workgroup]));
  const faults: FaultInjection = { faultFor: null };
  const guard: Guard = { authorize, faults };
  const executions = new Map<string, Execution>();
  const idsByToken = new Map<string, string>();
  const atWork = new Set<Promise<void>>();
  let held = Promise.resolve();
  let opening: Promise<DuckDb> | null = null;
  const duckDb = (): Promise<DuckDb> => {
    opening ??= (options.openDuckDb ?? openDuckDb)({ tables, spillDir: options.spillDir });
    return opening;
  };

  async function start(input: Input, accessKeyId: string, workgroup: Workgroup): Promise<object> {
    const sql = textOf(input, 'QueryString');
    if (sql.length > MOST_SQL_CHARS) throw invalid('Query string is too long.');
    if (input['ExecutionParameters'] !== undefined) throw invalid('The laptop knows no ExecutionParameters.');
    const token = input['ClientRequestToken'];
    const before = typeof token === 'string' ? executions.get(idsByToken.get(token) ?? '') : undefined;
    if (before !== undefined) {
      if (before.sql !== sql) throw invalid('Idempotent parameters do not match');
      return { QueryExecutionId: before.id };
    }
    const id = randomUUID();
    if (typeof token === 'string') idsByToken.set(token, id);
    const context = input['QueryExecutionContext'] as Input | undefined;
    const execution: Execution = {
      id,
      sql,
      statement: await statementOf(sql),
      workgroup,
      database: String(context?.['Database'] ?? 'default').toLowerCase(),
      accessKeyId,
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
    return { QueryExecutionId: id };
  }

  /** Without DuckDB nothing is known of a text, and the query will say so. */
  async function statementOf(sql: string): Promise<Statement> {
    const opened = await duckDb().catch(() => null);
    if (opened === null) return { tables: [], ownNames: new Set(), columnNames: null };
    return readStatement(await opened.serialized(sql));
  }

  function keep(execution: Execution): void {
    executions.set(execution.id, execution);
    for (const [id, old] of executions) {
      if (executions.size <= MOST_EXECUTIONS) break;
      if (isOver(old)) executions.delete(id);
    }
    for (const [token, id] of idsByToken) if (!executions.has(id)) idsByToken.delete(token);
  }

  async function work(execution: Execution): Promise<void> {
    const { signal } = execution.end;
    try {
      await Promise.race([held, aborted(signal)]);
      signal.throwIfAborted();
      const opened = await duckDb().catch((cause: unknown) => {
        throw new QueryFailed(`The laptop's Athena needs DuckDB, which does not load here: ${String(cause)}`);
      });
      const asked = tablesOf(execution);
      const missing = missingPower(execution, asked, options.defaultDatabaseArns, authorize);
      if (missing !== null) throw new QueryFailed(missing);
      await runQuery(execution, asked, { duckDb: opened, results, nowMs });
      execution.state = 'SUCCEEDED';
    } catch (error) {
      execution.state = signal.aborted ? 'CANCELLED' : 'FAILED';
      execution.reason = signal.aborted
        ? String(signal.reason)
        : String(error instanceof Error ? error.message : error);
      execution.errorCategory = error instanceof QueryFailed ? 2 : 1;
    }
    execution.completedAtMs = nowMs();
  }

  function tablesOf({ statement, database }: Execution): readonly AthenaTable[] {
    return statement.tables.flatMap((named) => {
      const wanted = named.database ?? database;
      const found = tables.find((table) => table.database === wanted && table.name === named.name);
      if (found !== undefined) return [found];
      if (named.database === null && statement.ownNames.has(named.name)) return [];
      throw new QueryFailed(`TABLE_NOT_FOUND: Table 'awsdatacatalog.${wanted}.${named.name}' does not exist`);
    });
  }

  function stop(execution: Execution): object {
    if (!isOver(execution)) execution.end.abort('Query cancelled by user');
    return {};
  }

  async function readPage(execution: Execution, input: Input): Promise<object> {
    const { state, workgroup, columns } = execution;
    if (state !== 'SUCCEEDED') {
      throw invalid(
        isOver(execution)
          ? `Query did not finish successfully. Final query state: ${state}`
          : `Query has not yet finished. Current state: ${state}`,
      );
    }
    const maxRows = Number(input['MaxResults'] ?? MOST_ROWS);
    if (!Number.isInteger(maxRows) || maxRows < 1 || maxRows > MOST_ROWS)
      throw invalid('MaxResults must be from 1 to 1000.');
    const token = input['NextToken'];
    const start = token === undefined ? 0 : Number(token);
    if (!Number.isSafeInteger(start) || start < 0) throw invalid('NextToken is malformed.');
    const read = {
      action: 's3:GetObject',
      resourceArns: [`arn:aws:s3:::${workgroup.outputBucket}/${outputKey(execution)}`],
    };
    const decision = authorize({ accessKeyId: execution.accessKeyId, ...read });
    if (!decision.allowed) throw accessDenied(decision.message);
    const object = results.open(workgroup.outputBucket, outputKey(execution));
    if (object === undefined) throw invalid('Could not find results');
    const { rows, lengthBytes } = await csvRows(object.read({ start, end: object.record.sizeBytes - 1 }), maxRows);
    const next = start + lengthBytes;
    return {
      UpdateCount: 0,
      ResultSet: resultSet(columns, rows),
      ...(next < object.record.sizeBytes && { NextToken: String(next) }),
    };
  }

  const OPERATIONS: Readonly<Record<string, (execution: Execution, input: Input) => object | Promise<object>>> = {
    GetQueryExecution: (execution) => ({ QueryExecution: describe(execution, nowMs()) }),
    GetQueryResults: readPage,
    StopQueryExecution: stop,
  };

  async function answer({ accessKeyId, operation, body }: AwsJsonCall): Promise<AwsJsonAnswer> {
    const input = parseJsonObject(body);
    const call = { accessKeyId, action: `athena:${operation}` };
    if (operation === 'StartQueryExecution') {
      const workgroup = workgroups.get(String(input['WorkGroup'] ?? 'primary'));
      if (workgroup === undefined) throw invalid(`WorkGroup ${String(input['WorkGroup'] ?? 'primary')} is not found.`);
      return asAnswer(
        await guarded({ ...call, resourceArns: [workgroup.arn] }, guard, () => start(input, accessKeyId, workgroup)),
      );
    }
    const operate = OPERATIONS[operation];
    if (operate === undefined) {
      throw new AwsError('UnknownOperationException', `The laptop's Athena does not know ${operation}.`);
    }
    const id = textOf(input, 'QueryExecutionId');
    const execution = executions.get(id);
    if (execution === undefined) throw invalid(`QueryExecution ${id} was not found`);
    return asAnswer(
      await guarded({ ...call, resourceArns: [execution.workgroup.arn] }, guard, () => operate(execution, input)),
    );
  }

  const server = await startAwsJsonServer({ port: options.port ?? 0, version: '1.1', answer });
  return Object.assign(faults, {
    url: server.url,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    async close() {
      await server.close();
      for (const execution of executions.values()) stop(execution);
      await Promise.all(atWork);
      (await opening?.catch(() => null))?.close();
    },
  });
}

const asAnswer = (answered: object | 'hang' | 'cut'): AwsJsonAnswer =>
  typeof answered === 'string' ? answered : { status: 200, body: JSON.stringify(answered) };

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

function textOf(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw invalid(`${name} must be given.`);
  return value;
}

const invalid = (message: string): AwsError => new AwsError('InvalidRequestException', message);
