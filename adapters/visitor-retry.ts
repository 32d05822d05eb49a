import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws-json.ts';

/** A visitor waits for this: the first attempts are short so that there is time for others. The last repeats. */
const ATTEMPT_TIMEOUTS_MS = [150, 250, 400] as const;
/** No attempt begins later than this. A hanging store gets three or four, one that throttles quickly some thirty. */
const PATIENCE_MS = 1_200;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 40;

/** Runs a call again after a throttle, a 5xx, a lost connection or a timeout; a refusal (4xx) is final. Throws the last error. */
export async function withVisitorRetry<T>(call: (timeoutMs: number) => Promise<T>): Promise<T> {
  const lastStartMs = performance.now() + PATIENCE_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call(ATTEMPT_TIMEOUTS_MS[attempt] ?? ATTEMPT_TIMEOUTS_MS[2]);
    } catch (error) {
      if (error instanceof AwsError && error.status < 500 && !error.isThrottle) throw error;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
      if (performance.now() + pauseMs > lastStartMs) throw error;
      await sleep(pauseMs);
    }
  }
}
