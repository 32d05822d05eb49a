import type { S3Client } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { WorkspaceErasure } from '../core/accounts/erase-workspace.ts';
import { isOpen as isAtWork } from '../core/batches/batch.ts';
import type { BatchRuns } from '../core/batches/batch-store.ts';
import { isOpen } from '../core/reports/report.ts';
import { reportsPrefix } from '../core/reports/report-file.ts';
import type { ReportRuns } from '../core/reports/report-ports.ts';
import { batchDelete } from './batch-delete.ts';
import { fromBatchItem } from './batch-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { eraseBelow } from './erase-objects.ts';
import { itemsOf, keyOf } from './items-of.ts';
import { fromReportItem } from './report-items.ts';
import { rowErasureItem } from './row-erasures.ts';
import { BATCH_JOB_PREFIX, jobsPartition, REPORT_JOB_PREFIX } from './table.ts';

export type JobPlaces = {
  readonly table: string;
  readonly runs: Pick<ReportRuns, 'stop'>;
  readonly batchRuns: Pick<BatchRuns, 'stop'>;
  readonly s3: S3Client;
  readonly resultsBucket: string;
  readonly nowMs: () => number;
};

/**
 * Erases what a workspace ordered. Files at last: whoever still writes one finds that nobody wants it any more, and removes it. They are
 * found by their place, because a file outlives its item by a day.
 */
export const jobErasure = (
  client: DocumentClient,
  { table, runs, batchRuns, s3, resultsBucket, nowMs }: JobPlaces,
): Pick<WorkspaceErasure, 'eraseJobs' | 'orderRowErasure'> => ({
  async *eraseJobs(workspaceId) {
    for await (const items of itemsOf(client, table, jobsPartition(workspaceId))) {
      const reports = items.filter(({ sk }) => String(sk).startsWith(REPORT_JOB_PREFIX)).map(fromReportItem);
      await Promise.all(reports.filter(({ state }) => isOpen(state)).map(({ id }) => runs.stop(id)));
      const batches = items.filter(({ sk }) => String(sk).startsWith(BATCH_JOB_PREFIX)).map(fromBatchItem);
      await Promise.all(batches.filter(({ state }) => isAtWork(state)).map((batch) => batchRuns.stop(batch)));
      await batchDelete(client, table, items.map(keyOf));
      yield;
    }
    yield* eraseBelow(s3, resultsBucket, reportsPrefix(workspaceId));
  },

  async *orderRowErasure(workspaceId) {
    const Item = rowErasureItem({ workspaceId, erasedAtMs: nowMs(), isCleared: false });
    await client.send(new PutCommand({ TableName: table, Item }));
    yield;
  },
});
