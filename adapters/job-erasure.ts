import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { WorkspaceErasure } from '../core/accounts/erase-workspace.ts';
import { isOpen } from '../core/reports/report.ts';
import { reportsPrefix } from '../core/reports/report-file.ts';
import type { ReportRuns } from '../core/reports/report-ports.ts';
import { batchDelete } from './batch-delete.ts';
import type { DocumentClient } from './dynamodb.ts';
import { itemsOf, keyOf } from './items-of.ts';
import { fromReportItem } from './report-items.ts';
import { jobsPartition, REPORT_JOB_PREFIX } from './table.ts';

export type JobPlaces = {
  readonly table: string;
  readonly runs: Pick<ReportRuns, 'stop'>;
  readonly s3: S3Client;
  readonly resultsBucket: string;
};

/**
 * Erases what a workspace ordered. Files at last: whoever still writes one finds that nobody wants it any more, and removes it. They are
 * found by their place, because a file outlives its item by a day.
 */
export const jobErasure = (
  client: DocumentClient,
  { table, runs, s3, resultsBucket }: JobPlaces,
): Pick<WorkspaceErasure, 'eraseJobs'> => ({
  async *eraseJobs(workspaceId) {
    for await (const items of itemsOf(client, table, jobsPartition(workspaceId))) {
      const reports = items.filter(({ sk }) => String(sk).startsWith(REPORT_JOB_PREFIX)).map(fromReportItem);
      await Promise.all(reports.filter(({ state }) => isOpen(state)).map(({ id }) => runs.stop(id)));
      await batchDelete(client, table, items.map(keyOf));
      yield;
    }
    const pages = paginateListObjectsV2({ client: s3 }, { Bucket: resultsBucket, Prefix: reportsPrefix(workspaceId) });
    for await (const { Contents = [] } of pages) {
      if (Contents.length === 0) continue;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const { Errors = [] } = await s3.send(
        new DeleteObjectsCommand({ Bucket: resultsBucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors.length > 0) throw new Error(`${Errors.length} files of reports were not removed: ${Errors[0]?.Code}`);
      yield;
    }
  },
});
