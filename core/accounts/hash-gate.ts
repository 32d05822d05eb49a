import { Failure } from '../errors.ts';

/** Runs work that takes a whole core, a few at a time. Throws SERVICE_UNAVAILABLE where too many wait already. */
export type HashGate = <T>(work: () => Promise<T>) => Promise<T>;

export type GateSize = { readonly atOnce: number; readonly waiting: number };

/** About as long as a full queue takes to be worked off. */
const RETRY_AFTER_S = 2;

/**
 * A flood of sign-ins must not take the machine: what finds no place is turned away before it costs anything. First come,
 * first served.
 */
export function hashGate({ atOnce, waiting }: GateSize): HashGate {
  let running = 0;
  const queue: (() => void)[] = [];

  const enter = async (): Promise<void> => {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (queue.length >= waiting) throw new Failure('SERVICE_UNAVAILABLE', { retry_after: RETRY_AFTER_S });
    await new Promise<void>((resolve) => queue.push(resolve));
  };
  /** Hands its place to the next in the queue, so that nobody slips in between. */
  const leave = (): void => {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
