import type { Logger } from '@aws-lambda-powertools/logger';
import type { Span } from '../../core/clicks/time-range.ts';
import { compareDay } from '../../core/lake/compare-day.ts';
import { compareHours } from '../../core/lake/compare-hours.ts';
import type { Comparison, Difference, ReconcileDeps } from '../../core/lake/reconcile.ts';
import { settledDay, settledHours } from '../../core/lake/reconcile.ts';
import type { ReconcileRequest } from './request.ts';
import { reconcileRequest } from './request.ts';

/** What was compared, and by how many clicks lake and counters are apart; the first of the differences. */
export type ReconcileAnswer = {
  readonly clicks: number;
  readonly workspaces: number;
  readonly difference: number;
  readonly differences: readonly Difference[];
};

const MOST_TOLD = 50;

/**
 * Once an hour: are the clicks of the lake those that were counted? One line of the log says by how many they are apart, which a
 * metric is made of, and one line each where.
 */
export const reconcileHandler =
  (deps: ReconcileDeps, logger: Pick<Logger, 'info' | 'warn'>) =>
  async (event: unknown): Promise<ReconcileAnswer> => {
    const comparisons = await compare(deps, reconcileRequest.parse(event ?? {}));
    const differences = comparisons.flatMap((comparison) => comparison.differences);
    const difference = sumOf(differences.map(({ apart }) => apart));
    const [clicks, workspaces] = [
      sumOf(comparisons.map((comparison) => comparison.clicks)),
      Math.max(0, ...comparisons.map((comparison) => comparison.workspaces)),
    ];
    const told = differences.slice(0, MOST_TOLD);
    for (const { workspaceId, start, of, apart } of told)
      logger.warn('not the same', { workspace_id: workspaceId, start, of, apart });
    logger.info('reconciled', { difference, clicks, workspaces });
    return { clicks, workspaces, difference, differences: told };
  };

async function compare(deps: ReconcileDeps, { start, end, day }: ReconcileRequest): Promise<readonly Comparison[]> {
  const nowMs = deps.nowMs();
  const isAsked = start !== undefined || end !== undefined || day !== undefined;
  const wholeDay = isAsked ? (day ?? null) : settledDay(nowMs);
  const hours = isAsked
    ? spanOf(start, end)
    : settledHours({ nowMs, countedThroughMs: await deps.counts.countedThroughMs() });
  return [
    ...(hours === null ? [] : [await compareHours(deps, hours)]),
    ...(wholeDay === null ? [] : [await compareDay(deps, wholeDay)]),
  ];
}

/** Null without both ends. */
const spanOf = (start: string | undefined, end: string | undefined): Span | null =>
  start === undefined || end === undefined
    ? null
    : { startMs: Date.parse(`${start}:00Z`), endMs: Date.parse(`${end}:00Z`) };

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
