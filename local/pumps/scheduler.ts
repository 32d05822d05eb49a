import type { SchedulePlan } from '../cloud/schedules.ts';

const MINUTE_MS = 60_000;

/** EventBridge Scheduler: calls functions by the clock. */
export type Scheduler = {
  /** Calls every scheduled function once, due or not; rejects with the first failure. */
  runAll(): Promise<void>;
  close(): Promise<void>;
};

export function startScheduler(
  schedules: readonly SchedulePlan[],
  deps: {
    invoke(functionName: string, event: unknown): Promise<unknown>;
    log(line: string): void;
    nowMs?: () => number;
  },
): Scheduler {
  const running = new Set<Promise<unknown>>();

  function call({ functionName }: SchedulePlan): Promise<unknown> {
    const call = deps.invoke(functionName, {}).finally(() => running.delete(call));
    running.add(call);
    return call;
  }

  function callNow(schedule: SchedulePlan): void {
    // The next call is the next try.
    call(schedule).catch((error: unknown) => deps.log(`${schedule.name} failed: ${String(error)}`));
  }

  const timers = schedules.map((schedule) => {
    const { times } = schedule;
    if (times.kind === 'rate') return setInterval(() => callNow(schedule), times.everyS * 1_000);
    const nowMs = deps.nowMs ?? Date.now;
    let lookedAtMinute = Math.floor(nowMs() / MINUTE_MS);
    // A timer runs late and never early; so every minute since the last look is looked at.
    return setInterval(() => {
      for (const minute = Math.floor(nowMs() / MINUTE_MS); lookedAtMinute < minute; ) {
        lookedAtMinute += 1;
        if (times.isDue(lookedAtMinute * MINUTE_MS)) callNow(schedule);
      }
    }, MINUTE_MS);
  });
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
