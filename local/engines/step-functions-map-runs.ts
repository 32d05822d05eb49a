import { type MapCounts, type MapRun, type MapRuns, totalOf } from '../workflows/map-runs.ts';
import { AwsError } from './aws-json.ts';

/** How far a distributed map has got. Throws ResourceNotFound for one that this process has not seen. */
export function describeMapRun(arn: string, mapRuns: MapRuns): object {
  const found = mapRuns.get(arn);
  if (found === undefined) throw new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
  const { executionArn, status, maxConcurrency, tolerated, items, children } = found;
  return {
    ...datesOf(found),
    mapRunArn: arn,
    executionArn,
    status,
    maxConcurrency,
    toleratedFailureCount: tolerated.count ?? 0,
    toleratedFailurePercentage: tolerated.percentage ?? 0,
    itemCounts: countsOf(items, status),
    executionCounts: countsOf(children, status),
    redriveCount: 0,
  };
}

/** All of them: an execution of ours has few. */
export const listMapRuns = (executionArn: string, mapRuns: MapRuns): object => ({
  mapRuns: mapRuns.of(executionArn).map((mapRun) => ({
    ...datesOf(mapRun),
    executionArn,
    mapRunArn: mapRun.arn,
    stateMachineArn: mapRun.machineArn,
  })),
});

const datesOf = ({ startedAtMs, stoppedAtMs }: MapRun) => ({
  startDate: startedAtMs / 1_000,
  ...(stoppedAtMs !== null && { stopDate: stoppedAtMs / 1_000 }),
});

/** Items that nobody has read yet are in no count: they are not known. */
const countsOf = (counts: MapCounts, status: MapRun['status']) => ({
  pending: 0,
  running: status === 'RUNNING' ? counts.running : 0,
  succeeded: counts.succeeded,
  failed: counts.failed,
  timedOut: counts.timedOut,
  aborted: status === 'RUNNING' ? 0 : counts.running,
  total: totalOf(counts),
  resultsWritten: status === 'SUCCEEDED' ? counts.succeeded + counts.failed + counts.timedOut : 0,
});
