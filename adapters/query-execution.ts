import { randomUUID } from 'node:crypto';
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { LakeQuery, LakeRow, QueryFailure } from '../core/lake/lake-queries.ts';

/** Where Athena is asked: its workgroup, and the Glue database that bare names are of. */
export type QueryPlace = { readonly client: AthenaClient; readonly workgroup: string; readonly database: string };

export type QueryState =
  | { readonly kind: 'running' }
  | {
      readonly kind: 'succeeded';
      readonly scannedBytes: number;
      /** `s3://<bucket>/queries/<id>.csv`: the answer as a file, every value in quotes, null as nothing. */
      readonly outputLocation: string;
    }
  | QueryFailure;

/**
 * Starts a query, answers its id. The same `token` (32 to 128 characters) starts it once. A query that Athena does not take
 * is `refused`.
 */
export async function startQuery(
  { client, workgroup, database }: QueryPlace,
  { sql, maxAgeMinutes }: LakeQuery,
  token: string = randomUUID(),
): Promise<{ readonly kind: 'started'; readonly id: string } | QueryFailure> {
  try {
    const { QueryExecutionId = '' } = await client.send(
      new StartQueryExecutionCommand({
        QueryString: sql.text,
        ClientRequestToken: token,
        WorkGroup: workgroup,
        QueryExecutionContext: { Database: database },
        ...(maxAgeMinutes > 0 && {
          ResultReuseConfiguration: {
            ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: maxAgeMinutes },
          },
        }),
      }),
    );
    return { kind: 'started', id: QueryExecutionId };
  } catch (error) {
    if (error instanceof InvalidRequestException) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

export async function queryState(client: AthenaClient, id: string): Promise<QueryState> {
  const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
  const { Status, Statistics, ResultConfiguration } = QueryExecution ?? {};
  const reason = Status?.StateChangeReason ?? '';
  if (Status?.State === 'FAILED') return { kind: 'failed', reason };
  if (Status?.State === 'CANCELLED') return { kind: 'cancelled', reason };
  if (Status?.State !== 'SUCCEEDED') return { kind: 'running' };
  return {
    kind: 'succeeded',
    scannedBytes: Statistics?.DataScannedInBytes ?? 0,
    outputLocation: ResultConfiguration?.OutputLocation ?? '',
  };
}

/** Ends a query that nobody waits for any more; what it has read by then is paid for. */
export async function stopQuery(client: AthenaClient, id: string): Promise<void> {
  await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
}

/** The rows of a query that succeeded, page by page (at most 1,000 each). */
export async function* rowsOfQuery(client: AthenaClient, id: string): AsyncGenerator<readonly LakeRow[]> {
  let isFirst = true;
  for await (const { ResultSet } of paginateGetQueryResults({ client, pageSize: 1_000 }, { QueryExecutionId: id })) {
    const names = (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name }) => Name ?? '');
    // The first row of a SELECT are the names of its columns.
    const rows = (ResultSet?.Rows ?? []).slice(isFirst ? 1 : 0);
    isFirst = false;
    yield rows.map(({ Data }) =>
      Object.fromEntries(names.map((name, index) => [name, Data?.[index]?.VarCharValue ?? null])),
    );
  }
}
