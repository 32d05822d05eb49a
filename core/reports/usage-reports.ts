import { createHash } from 'node:crypto';
import type { Span } from '../clicks/time-range.ts';
import { firstOfMonth, firstOfNextMonth } from '../clicks/time-zone.ts';
import type { LakeQueries } from '../lake/lake-queries.ts';
import { visitedWorkspaces } from '../lake/visited-workspaces.ts';
import { orderOnSchedule } from './order-report.ts';
import type { ReportOrder } from './report.ts';
import type { ReportRuns, ReportStore } from './report-ports.ts';

export type UsageReportsDeps = {
  readonly lake: LakeQueries;
  /** Those of the workspaces that are still there: the lake remembers those that were erased as well. */
  readonly existing: (workspaceIds: readonly string[]) => Promise<readonly string[]>;
  readonly store: Pick<ReportStore, 'create'>;
  readonly runs: Pick<ReportRuns, 'start'>;
  readonly nowMs: () => number;
};

const QUERY_TIMEOUT_MS = 10 * 60_000;
/** Orders at once; each is two writes. */
const ORDERS_AT_ONCE = 10;

/** The month (UTC) before the one that this instant is in. */
export function monthBefore(nowMs: number): Span {
  const month = firstOfMonth(new Date(nowMs).toISOString().slice(0, 10));
  const endMs = Date.parse(`${month}T00:00:00Z`);
  const before = firstOfMonth(new Date(endMs - 1).toISOString().slice(0, 10));
  return { startMs: Date.parse(`${before}T00:00:00Z`), endMs: Date.parse(`${firstOfNextMonth(before)}T00:00:00Z`) };
}

/**
 * A report on last month's usage for every workspace that was visited in it and is still there. The report's id follows from workspace and month, so
 * doing it again, after a crash or by hand, makes no second one. Answers how many workspaces there are; throws where the lake does not answer.
 */
export async function orderUsageReports({ lake, existing, store, runs, nowMs }: UsageReportsDeps): Promise<number> {
  const span = monthBefore(nowMs());
  const answer = await lake.ask({ sql: visitedWorkspaces(span), maxAgeMinutes: 0 }, QUERY_TIMEOUT_MS);
  if (answer.kind !== 'rows') throw new Error(`Who was visited cannot be asked: ${answer.reason}`);
  const ids = await existing(answer.rows.flatMap(({ workspace_id: id }) => (typeof id === 'string' ? [id] : [])));
  for (let index = 0; index < ids.length; index += ORDERS_AT_ONCE) {
    const some = ids.slice(index, index + ORDERS_AT_ONCE);
    await Promise.all(some.map((id) => orderOnSchedule({ store, runs }, id, usageOrder(span), seedOf(id, span))));
  }
  return ids.length;
}

const usageOrder = (span: Span): ReportOrder => ({
  subject: { kind: 'usage' },
  range: { ...span, timezone: 'UTC' },
  filters: { link: null, tag: null, bots: 'exclude', values: {} },
  format: 'csv',
});

const SEED_TIME_LENGTH = 12;

/** A seed as `newSeed` makes them, of the first moment after the month; not random, because it must be the same again. */
function seedOf(workspaceId: string, { endMs }: Span): string {
  const time = endMs.toString(16).padStart(SEED_TIME_LENGTH, '0');
  return time + createHash('sha256').update(`usage ${workspaceId} ${time}`).digest('hex').slice(0, 52);
}
