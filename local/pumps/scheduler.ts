import type { SchedulePlan } from '../cloud/schedules.ts';

/** EventBridge Scheduler: calls functions every so often. */
export type Scheduler = {
  /** Calls every scheduled function once, due or not; rejects with the first failure. */
  runAll(): Promise<void>;
  close(): Promise<void>;
};

export function startScheduler(
  schedules: readonly SchedulePlan[],
  deps: { invoke(functionName: string, event: unknown): Promise<unknown>; log(line: string): void },
): Scheduler {
  const running = new Set<Promise<unknown>>();

  function call({ functionName }: SchedulePlan): Promise<unknown> {
    const call = deps.invoke(functionName, {}).finally(() => running.delete(call));
    running.add(call);
    return call;
  }

  const timers = schedules.map((schedule) =>
    setInterval(() => {
      // The next call is the next try.
      call(schedule).catch((error: unknown) => deps.log(`${schedule.name} failed: ${String(error)}`));
    }, schedule.everyS * 1_000),
  );
  return {
    async runAll() {
      await Promise.all(schedules.map(call));
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled(running);
    },
  };
}
