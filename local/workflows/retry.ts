import type { Catcher, Retrier } from './definition.ts';
import { TERMINAL_ERRORS } from './failure.ts';

export type RetryDecision = {
  /** How often each retrier of the state has been used, this use included. */
  readonly used: readonly number[];
  readonly delayMs: number;
};

const DEFAULT_MAX_ATTEMPTS = 3;
const DEFAULT_BACKOFF_RATE = 2;

/** The first retrier that knows the error decides: null when it is used up, or when none knows it. */
export function nextRetry(
  retriers: readonly Retrier[],
  error: string,
  used: readonly number[],
  random: () => number,
): RetryDecision | null {
  const index = retriers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error));
  const retrier = retriers[index];
  const before = used[index] ?? 0;
  if (retrier === undefined || before >= (retrier.MaxAttempts ?? DEFAULT_MAX_ATTEMPTS)) return null;
  const { IntervalSeconds = 1, BackoffRate = DEFAULT_BACKOFF_RATE } = retrier;
  const delayS = Math.min(IntervalSeconds * BackoffRate ** before, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return {
    used: retriers.map((_retrier, at) => (used[at] ?? 0) + (at === index ? 1 : 0)),
    delayMs: delayS * 1_000 * (retrier.JitterStrategy === 'FULL' ? random() : 1),
  };
}

export const catcherFor = (catchers: readonly Catcher[], error: string): Catcher | undefined =>
  catchers.find(({ ErrorEquals }) => matches(ErrorEquals, error));

const matches = (names: readonly string[], error: string): boolean =>
  names.some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && !TERMINAL_ERRORS.has(error)) ||
      (name === 'States.TaskFailed' && error !== 'States.Timeout' && !TERMINAL_ERRORS.has(error)),
  );
