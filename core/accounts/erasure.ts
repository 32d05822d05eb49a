import type { Job } from './outbox.ts';

/**
 * Erasing goes in turns: what one turn does not get done, the next one finds, because whatever leads to an item is
 * removed after the item. A piece is told when it did something that need not be done again, so a turn may end between
 * two, and none ends without having come further.
 */
export type Pieces = AsyncIterable<void>;

/** A job of the outbox, as far as it has come. */
export type ErasureJob = Exclude<Job, { kind: 'mail' }> & {
  /** When the deletion was made. */
  readonly atMs: number;
  /** Whether all links that were there then answer 410. */
  readonly isClosed: boolean;
};

export type Turn = { readonly isDone: boolean; readonly isClosed: boolean };

/**
 * A request that was let in before the deletion may write for so long: an authorizer takes at most 5 s and remembers for
 * 1 s, a function works for at most 29 s. What is erased after that stays erased, without any look at later writes.
 */
export const LAST_WRITES_MS = 45_000;

export const isDue = ({ atMs }: ErasureJob, nowMs: number): boolean => atMs + LAST_WRITES_MS <= nowMs;

/** Answers whether all of it got done. */
export async function work(steps: Iterable<Pieces>, isTimeUp: () => boolean): Promise<boolean> {
  for (const step of steps) {
    for await (const _ of step) if (isTimeUp()) return false;
  }
  return true;
}
