import type { CsvRow } from './athena-csv.ts';
import type { Statement } from './sql-statement.ts';

export type Workgroup = {
  readonly name: string;
  readonly arn: string;
  readonly outputBucket: string;
  /** Ends in a slash. */
  readonly outputPrefix: string;
  /** A query that reads more is cancelled; null is without limit. */
  readonly cutoffBytes: number | null;
};

export type ColumnInfo = {
  readonly name: string;
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
};

/** A query from its start on, as it goes along. */
export type Execution = {
  readonly id: string;
  readonly sql: string;
  readonly statement: Statement;
  readonly workgroup: Workgroup;
  /** What names without a database are of. */
  readonly database: string;
  readonly accessKeyId: string;
  readonly submittedAtMs: number;
  /** Aborted by whoever wants it to end, with the sentence that says why. */
  readonly end: AbortController;
  state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  reason: string | null;
  /** Athena's categories: 1 is its own fault, 2 the user's. */
  errorCategory: 1 | 2;
  begunAtMs: number | null;
  completedAtMs: number | null;
  scannedBytes: number;
  columns: readonly ColumnInfo[];
};

export const outputKey = ({ id, workgroup }: Pick<Execution, 'id' | 'workgroup'>): string =>
  `${workgroup.outputPrefix}${id}.csv`;

export const isOver = ({ state }: Execution): boolean => state !== 'QUEUED' && state !== 'RUNNING';

const ENGINE = 'Athena engine version 3';

/** As GetQueryExecution tells it. */
export function describe(execution: Execution, nowMs: number): object {
  const { id, sql, workgroup, state, reason, submittedAtMs, begunAtMs, completedAtMs } = execution;
  const until = completedAtMs ?? nowMs;
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: 'DML',
    SubstatementType: 'SELECT',
    WorkGroup: workgroup.name,
    QueryExecutionContext: { Database: execution.database },
    ResultConfiguration: { OutputLocation: `s3://${workgroup.outputBucket}/${outputKey(execution)}` },
    EngineVersion: { SelectedEngineVersion: ENGINE, EffectiveEngineVersion: ENGINE },
    Status: {
      State: state,
      SubmissionDateTime: submittedAtMs / 1_000,
      ...(completedAtMs !== null && { CompletionDateTime: completedAtMs / 1_000 }),
      ...(reason !== null && { StateChangeReason: reason }),
      ...(state === 'FAILED' && {
        AthenaError: { ErrorCategory: execution.errorCategory, Retryable: false, ErrorMessage: reason },
      }),
    },
    Statistics: {
      DataScannedInBytes: execution.scannedBytes,
      QueryQueueTimeInMillis: (begunAtMs ?? until) - submittedAtMs,
      EngineExecutionTimeInMillis: begunAtMs === null ? 0 : until - begunAtMs,
      TotalExecutionTimeInMillis: until - submittedAtMs,
      ResultReuseInformation: { ReusedPreviousResult: false },
    },
  };
}

/** As GetQueryResults tells rows; null is a value without text. */
export const resultSet = (columns: readonly ColumnInfo[], rows: readonly CsvRow[]): object => ({
  Rows: rows.map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
  ResultSetMetadata: {
    ColumnInfo: columns.map(({ name, type, precision, scale }) => ({
      CatalogName: 'hive',
      SchemaName: '',
      TableName: '',
      Name: name,
      Label: name,
      Type: type,
      Precision: precision,
      Scale: scale,
      Nullable: 'UNKNOWN',
      CaseSensitive: type === 'varchar',
    })),
  },
});
