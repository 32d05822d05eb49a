import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from './aws-json.ts';

/** A visitor waits for this: the first attempt is short so that there is time for others, all within ≈ 1.2 s. */
const ATTEMPT_TIMEOUTS_MS = [150, 250, 400, 400] as const;
const BACKOFF_MS = 10;

/** Runs a call again after a throttle, a 5xx, a lost connection or a timeout; a refusal (4xx) is final. Throws the last error. */
export async function withVisitorRetry<T>(call: (timeoutMs: number) => Promise<T>): Promise<T> {
  let last: unknown;
  for (const [attempt, timeoutMs] of ATTEMPT_TIMEOUTS_MS.entries()) {
    if (attempt > 0) await sleep(BACKOFF_MS * 2 ** attempt);
    try {
      return await call(timeoutMs);
    } catch (error) {
      if (error instanceof AwsError && error.status < 500 && !error.isThrottle) throw error;
      last = error;
    }
  }
  throw last;
}
