import type { Download, SignDownload } from '../download.ts';
import { Failure } from '../errors.ts';
import type { Page } from '../links/link-store.ts';
import { couldBeId } from '../sortable-id.ts';
import type { Report } from './report.ts';
import { expiresAtMs, isOpen } from './report.ts';
import { fileNameOf, fileOf } from './report-file.ts';
import type { SettleDeps } from './settle-report.ts';
import { ended, settled } from './settle-report.ts';

/** The workspace's report, as it stands. Throws REPORT_NOT_FOUND, also for another workspace's. */
export async function ownReport(deps: SettleDeps, workspaceId: string, id: string): Promise<Report> {
  const report = couldBeId('rep', id) ? await deps.store.find(workspaceId, id) : null;
  // DynamoDB removes what has expired when it comes to it.
  if (report === null || expiresAtMs(report) <= deps.nowMs()) throw new Failure('REPORT_NOT_FOUND');
  return settled(deps, report);
}

export async function ownReports(
  deps: SettleDeps,
  workspaceId: string,
  limit: number,
  beforeId: string | null,
): Promise<Page<Report>> {
  const { items, cursor } = await deps.store.list(workspaceId, limit, beforeId);
  const kept = items.filter((report) => expiresAtMs(report) > deps.nowMs());
  return { items: await Promise.all(kept.map((report) => settled(deps, report))), cursor };
}

/**
 * Ends an open report as cancelled, with its query; a file that is being written then is removed by whoever writes it. What
 * has ended stays as it ended. Throws REPORT_NOT_FOUND.
 */
export async function cancelReport(deps: SettleDeps, workspaceId: string, id: string): Promise<Report> {
  const report = await ownReport(deps, workspaceId, id);
  const cancelled = isOpen(report.state)
    ? await ended(deps, report, { status: 'cancelled', endedAtMs: deps.nowMs() })
    : report;
  // Once more where the one who cancelled was cut off here.
  if (cancelled.state.status === 'cancelled') await deps.runs.stop(id);
  return cancelled;
}

/** Where the file can be had, and until when; null where there is none. */
export async function downloadOf(signDownload: SignDownload, report: Report): Promise<Download | null> {
  if (report.state.status !== 'succeeded') return null;
  return signDownload({ ...fileOf(report), fileName: fileNameOf(report) }, expiresAtMs(report));
}
