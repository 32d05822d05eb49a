export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

/** How many of a distributed map's items, or children, are where. */
export type MapCounts = { running: number; succeeded: number; failed: number; timedOut: number };

/** One run of a distributed map; its counts change while it goes on. */
export type MapRun = {
  readonly arn: string;
  readonly executionArn: string;
  /** Of the machine, with the map's label behind it. */
  readonly machineArn: string;
  readonly startedAtMs: number;
  readonly maxConcurrency: number;
  readonly tolerated: Tolerance;
  readonly items: MapCounts;
  readonly children: MapCounts;
  status: MapRunStatus;
  stoppedAtMs: number | null;
};

/** How many items may fail; null where the definition says nothing. */
export type Tolerance = { readonly count: number | null; readonly percentage: number | null };

/** The runs that this process has seen, the oldest forgotten first. */
export type MapRuns = {
  open(run: MapRun): void;
  get(arn: string): MapRun | undefined;
  of(executionArn: string): readonly MapRun[];
};

const MOST_KEPT = 1_000;

export function createMapRuns(): MapRuns {
  const runs = new Map<string, MapRun>();
  return {
    open(run) {
      runs.set(run.arn, run);
      const [oldest] = runs.keys();
      if (runs.size > MOST_KEPT && oldest !== undefined) runs.delete(oldest);
    },
    get: (arn) => runs.get(arn),
    of: (executionArn) => [...runs.values()].filter((run) => run.executionArn === executionArn).toReversed(),
  };
}

export const noCounts = (): MapCounts => ({ running: 0, succeeded: 0, failed: 0, timedOut: 0 });

export const totalOf = ({ running, succeeded, failed, timedOut }: MapCounts): number =>
  running + succeeded + failed + timedOut;

/** Whether more items have failed than may. A percentage is of all items, so it is only known when those are. */
export function exceeds({ count, percentage }: Tolerance, items: MapCounts, areAllKnown: boolean): boolean {
  const failed = items.failed + items.timedOut;
  if (failed === 0) return false;
  if (count === null && percentage === null) return true;
  if (count !== null && failed > count) return true;
  if (percentage === null) return false;
  return percentage === 0 || (areAllKnown && (failed / totalOf(items)) * 100 > percentage);
}
