import { csvRows } from './athena-csv.ts';
import { describe, type Execution, isOver, outputKey, resultSet, type Workgroup } from './athena-execution.ts';
import { openQueries, type QueriesOptions } from './athena-queries.ts';
import { AwsError, accessDenied, parseJsonObject } from './aws-json.ts';
import { type AwsJsonAnswer, type AwsJsonCall, startAwsJsonServer } from './aws-json-server.ts';
import type { Engine, FaultInjection } from './engine.ts';
import { type Guard, guarded } from './guarded.ts';
import type { S3Engine } from './s3.ts';

export type AthenaEngine = Engine &
  FaultInjection & {
    /** Leaves every query in the queue until the returned function is called: for tests of who waits for one. */
    hold(): () => void;
  };

export type AthenaOptions = Omit<QueriesOptions, 'nowMs' | 'results'> & {
  readonly workgroups: readonly Workgroup[];
  readonly results: Pick<S3Engine, 'put' | 'open'>;
  readonly port?: number;
  readonly nowMs?: () => number;
};

/** Of a page of rows, the names of the columns among them. */
const MOST_ROWS = 1_000;
const MOST_SQL_CHARS = 262_144;
const PRIMARY = 'primary';

type Input = Readonly<Record<string, unknown>>;
type Asked = { readonly execution: Execution; readonly input: Input; readonly accessKeyId: string };

/**
 * Athena's API over DuckDB: SELECTs over the tables of the templates, nothing else. What the last thousand queries did is
 * kept in memory; their answers are objects in the workgroup's bucket.
 */
export async function startAthena(options: AthenaOptions): Promise<AthenaEngine> {
  const { results, authorize, nowMs = Date.now } = options;
  const workgroups = new Map(options.workgroups.map((workgroup) => [workgroup.name, workgroup]));
  const queries = openQueries({ ...options, nowMs });
  const faults: FaultInjection = { faultFor: null };
  const guard: Guard = { authorize, faults };

  async function start(input: Input, accessKeyId: string, workgroup: Workgroup): Promise<object> {
    const sql = textOf(input, 'QueryString');
    if (sql.length > MOST_SQL_CHARS) throw invalid('Query string is too long.');
    if (input['ExecutionParameters'] !== undefined) throw invalid('The laptop knows no ExecutionParameters.');
    const token = input['ClientRequestToken'];
    const context = (input['QueryExecutionContext'] ?? {}) as Input;
    const asked = {
      sql,
      token: typeof token === 'string' ? token : null,
      workgroup,
      database: textOf({ Database: 'default', ...context }, 'Database').toLowerCase(),
      accessKeyId,
    };
    return { QueryExecutionId: await queries.start(asked) };
  }

  async function readRows({ execution, input, accessKeyId }: Asked): Promise<object> {
    refuseUnfinished(execution);
    const { bucket, key, arn } = outputOf(execution);
    const decision = authorize({ accessKeyId, action: 's3:GetObject', resourceArns: [arn] });
    if (!decision.allowed) throw accessDenied(decision.message);
    const object = results.open(bucket, key);
    if (object === undefined) throw invalid('Could not find results');
    const { sizeBytes } = object.record;
    try {
      const start = wholeIn(input, 'NextToken', { least: 0, most: sizeBytes - 1, absent: 0 });
      const maxRows = wholeIn(input, 'MaxResults', { least: 1, most: MOST_ROWS, absent: MOST_ROWS });
      const { rows, lengthBytes } = await csvRows(object.read({ start, end: sizeBytes - 1 }), maxRows);
      const next = start + lengthBytes;
      const more = next < sizeBytes ? { NextToken: String(next) } : {};
      return { UpdateCount: 0, ResultSet: resultSet(execution.columns, rows), ...more };
    } catch (error) {
      if (error instanceof AwsError) object.close();
      throw error;
    }
  }

  const OPERATIONS: Readonly<Record<string, (asked: Asked) => object | Promise<object>>> = {
    GetQueryExecution: ({ execution }) => ({ QueryExecution: describe(execution, nowMs()) }),
    GetQueryResults: readRows,
    StopQueryExecution({ execution }) {
      queries.stop(execution);
      return {};
    },
  };

  async function answer({ accessKeyId, operation, body }: AwsJsonCall): Promise<AwsJsonAnswer> {
    const input = parseJsonObject(body);
    const judged = async (workgroup: Workgroup, work: () => object | Promise<object>): Promise<AwsJsonAnswer> => {
      const call = { accessKeyId, action: `athena:${operation}`, resourceArns: [workgroup.arn] };
      const answered = await guarded(call, guard, work);
      return typeof answered === 'string' ? answered : { status: 200, body: JSON.stringify(answered) };
    };
    if (operation === 'StartQueryExecution') {
      const name = textOf({ WorkGroup: PRIMARY, ...input }, 'WorkGroup');
      const workgroup = workgroups.get(name);
      if (workgroup === undefined) throw invalid(`WorkGroup ${name} is not found.`);
      return judged(workgroup, () => start(input, accessKeyId, workgroup));
    }
    const operate = OPERATIONS[operation];
    if (operate === undefined) {
      throw new AwsError('UnknownOperationException', `The laptop's Athena does not know ${operation}.`);
    }
    const id = textOf(input, 'QueryExecutionId');
    const execution = queries.get(id);
    if (execution === undefined) throw invalid(`QueryExecution ${id} was not found`);
    return judged(execution.workgroup, () => operate({ execution, input, accessKeyId }));
  }

  const server = await startAwsJsonServer({ port: options.port ?? 0, version: '1.1', answer });
  return Object.assign(faults, {
    url: server.url,
    hold: () => queries.hold(),
    async close() {
      await server.close();
      await queries.close();
    },
  });
}

function refuseUnfinished(execution: Execution): void {
  if (execution.state === 'SUCCEEDED') return;
  throw invalid(
    isOver(execution)
      ? `Query did not finish successfully. Final query state: ${execution.state}`
      : `Query has not yet finished. Current state: ${execution.state}`,
  );
}

function outputOf(execution: Execution): { readonly bucket: string; readonly key: string; readonly arn: string } {
  const { outputBucket } = execution.workgroup;
  const key = outputKey(execution);
  return { bucket: outputBucket, key, arn: `arn:aws:s3:::${outputBucket}/${key}` };
}

function wholeIn(input: Input, name: string, range: { least: number; most: number; absent: number }): number {
  const value = Number(input[name] ?? range.absent);
  if (Number.isInteger(value) && value >= range.least && value <= range.most) return value;
  throw invalid(`${name} is no whole number from ${range.least} to ${range.most}.`);
}

function textOf(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw invalid(`${name} must be given.`);
  return value;
}

const invalid = (message: string): AwsError => new AwsError('InvalidRequestException', message);
