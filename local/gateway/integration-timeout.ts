import type { Readable } from 'node:stream';

/** API Gateway's own limit ran out before the function answered. */
export const integrationTimedOut = Symbol('integration timed out');

/** The promise, or `integrationTimedOut` after so many milliseconds; the function itself runs on, as in AWS. */
export function withinMs<T>(promise: Promise<T>, limitMs: number): Promise<T | typeof integrationTimedOut> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => resolve(integrationTimedOut), limitMs);
    promise.then(resolve, reject).finally(() => clearTimeout(limit));
  });
}

/** Ends a stream that lasts longer; who reads it sees it break off. */
export function cutAfterMs(body: Readable, limitMs: number): void {
  const limit = setTimeout(() => body.destroy(new Error(`A stream of ${limitMs} ms was cut.`)), limitMs);
  body.once('close', () => clearTimeout(limit));
}
