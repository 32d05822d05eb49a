import type { Caller } from '../accounts/caller.ts';
import { seededAtMs, seededBytes } from '../accounts/idempotency.ts';
import { Failure } from '../errors.ts';
import { newSortableId } from '../sortable-id.ts';
import type { Report, ReportAuthor, ReportOrder } from './report.ts';
import { MAX_OPEN_REPORTS } from './report.ts';
import type { ReportRuns, ReportStore } from './report-ports.ts';
import type { SettleDeps } from './settle-report.ts';
import { settle } from './settle-report.ts';

export type OrderDeps = SettleDeps;

/**
 * Files the order, then starts its run. Everything follows from the seed, so a repeat of an order that was cut off in between ends
 * in the same one report. Throws LIMIT_REACHED.
 */
export async function orderReport(
  deps: OrderDeps,
  { workspaceId, principal }: Pick<Caller, 'workspaceId' | 'principal'>,
  order: ReportOrder,
  seed: string,
): Promise<Report> {
  const report = newReport(workspaceId, order, principal.kind === 'user' ? 'member' : 'api_key', seed);
  let outcome = await deps.store.create(report, MAX_OPEN_REPORTS);
  if (outcome === 'full') {
    // Some may have come to their end without a word.
    await settleAll(deps, workspaceId);
    outcome = await deps.store.create(report, MAX_OPEN_REPORTS);
  }
  if (outcome === 'full') {
    const detail = `At most ${MAX_OPEN_REPORTS} reports are made at the same time; wait for one, or cancel it.`;
    throw new Failure('LIMIT_REACHED', { limit: MAX_OPEN_REPORTS }, { detail });
  }
  await deps.runs.start(report);
  return outcome === 'created' ? report : ((await deps.store.find(workspaceId, report.id)) ?? report);
}

async function settleAll(deps: SettleDeps, workspaceId: string): Promise<void> {
  const ids = await deps.store.openIds(workspaceId);
  await Promise.all(
    ids.map(async (id) => {
      const report = await deps.store.find(workspaceId, id);
      // It expired before anybody asked for it.
      if (report === null) await deps.store.forget(workspaceId, id);
      else await settle(deps, report);
    }),
  );
}

/** The same for the schedule, which no limit holds back; ordering what is there already changes nothing. */
export async function orderOnSchedule(
  deps: { readonly store: Pick<ReportStore, 'create'>; readonly runs: Pick<ReportRuns, 'start'> },
  workspaceId: string,
  order: ReportOrder,
  seed: string,
): Promise<void> {
  const report = newReport(workspaceId, order, 'schedule', seed);
  await deps.store.create(report, null);
  await deps.runs.start(report);
}

function newReport(workspaceId: string, order: ReportOrder, author: ReportAuthor, seed: string): Report {
  const createdAtMs = seededAtMs(seed);
  const id = newSortableId('rep', createdAtMs, seededBytes(seed));
  return { id, workspaceId, order, author, createdAtMs, state: { status: 'queued' } };
}
