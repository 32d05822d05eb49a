/** Rejects with the signal's reason as soon as it is aborted; what was going on is left to itself. */
async function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The longest a timer of Node can be set to. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Resolves at a time of the clock, at once when it is past. Rejects with the signal's reason when that is aborted. */
export async function waitUntil(atMs: number, signal: AbortSignal): Promise<void> {
  for (let leftMs = atMs - Date.now(); leftMs > 0; leftMs = atMs - Date.now()) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, Math.min(leftMs, LONGEST_TIMER_MS));
    try {
      await unlessAborted(promise, signal);
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * Does something within a time, telling it to stop by its signal when the time is over. Rejects with what `late` makes,
 * or with the outer signal's reason.
 */
export async function within<Value>(
  limitMs: number | null,
  outer: AbortSignal,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  if (limitMs === null) return unlessAborted(work(outer), outer);
  const limit = new AbortController();
  const signal = AbortSignal.any([outer, limit.signal]);
  const timer = setTimeout(() => limit.abort(late()), Math.min(limitMs, LONGEST_TIMER_MS));
  try {
    return await unlessAborted(work(signal), signal);
  } finally {
    clearTimeout(timer);
  }
}
