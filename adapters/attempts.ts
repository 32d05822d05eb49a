import type { AttemptLimit, AttemptStore } from '../core/accounts/attempts.ts';
import { attemptsKey } from './table.ts';
import type { Window, WindowCounter } from './window-counter.ts';

/** Attempts at passwords and mails, in one item for each limit and subject. */
export const attempts = (counter: WindowCounter): AttemptStore => ({
  async take(limit, subject, nowMs) {
    const windows: readonly Window[] = limit.windows;
    const { states, allowed } = await counter.takeFromAll(attemptsKey(limit.name, subject), 1, windows, nowMs);
    const full = states.filter(({ used }, index) => used >= (windows[index]?.max ?? 0));
    const resetAtMs = Math.max(nowMs, ...full.map((state) => state.resetAtMs));
    return { allowed, resetAtMs };
  },
  succeed: (limit, subject) => counter.settle(attemptsKey(limit.name, subject), namesAfterFirst(limit)),
  forget: (limit, subject) => counter.forget(attemptsKey(limit.name, subject)),
});

const namesAfterFirst = ({ windows: [, ...others] }: AttemptLimit): readonly string[] => others.map(({ name }) => name);
