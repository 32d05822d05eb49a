import type { Report, ReportState } from './report.ts';
import { isOpen } from './report.ts';
import type { ReportRuns, ReportStore } from './report-ports.ts';

export type SettleDeps = {
  readonly store: ReportStore;
  readonly runs: ReportRuns;
  readonly nowMs: () => number;
};

/** A run says that it has begun within seconds, and that it has ended as it ends: after so long it is asked for. */
const QUIET_MS = 60_000;

/**
 * The report as it stands, where a run may have ended without a word (its time was up, it was stopped by hand) or never have
 * begun (whoever ordered it was cut off in between): then it is started, or said to have failed. So no report is
 * open for ever that somebody asks for.
 */
export async function settle(deps: SettleDeps, report: Report): Promise<Report> {
  const { state, createdAtMs } = report;
  if (!isOpen(state)) return report;
  const since = state.status === 'running' ? state.startedAtMs : createdAtMs;
  if (deps.nowMs() - since < QUIET_MS) return report;
  const run = await deps.runs.look(report.id);
  if (run === 'running') return report;
  if (run === 'unknown' && state.status === 'queued') {
    await deps.runs.start(report);
    return report;
  }
  return ended(deps, report, { status: 'failed', endedAtMs: deps.nowMs(), failure: 'internal' });
}

/** The same for who only reads: where Step Functions does not answer, the report as it was. */
export async function settled(deps: SettleDeps, report: Report): Promise<Report> {
  const [outcome] = await Promise.allSettled([settle(deps, report)]);
  return outcome.status === 'fulfilled' ? outcome.value : report;
}

/** Ends a report that is open; where it has ended meanwhile, it stays as it ended. */
export async function ended({ store }: Pick<SettleDeps, 'store'>, report: Report, state: ReportState): Promise<Report> {
  if (await store.change(report, state)) return { ...report, state };
  return (await store.find(report.workspaceId, report.id)) ?? report;
}
