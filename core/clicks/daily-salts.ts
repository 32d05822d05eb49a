import type { DailySalts } from './visitor-hash.ts';

/** Where the day's salt lies, for all environments of the redirect. */
export type SaltStore = {
  /**
   * The salt of a UTC day (`2026-11-21`): the one that stands there or, where that is of an earlier day, `fresh`, which
   * takes its place — the former is gone by that. Throws after `timeoutMs`, and for a day that is over.
   */
  take(day: string, fresh: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
};

const DAY_MS = 86_400_000;
const SALT_BYTES = 32;
/** A visit waits this long for its salt at most, and goes on without one. */
export const SALT_DEADLINE_MS = 50;
/** After a failure the store is left alone this long. */
export const SALT_REST_MS = 1_000;

/** Asks the store once a day and process, and remembers. Visits that come meanwhile share the question. */
export function dailySalts(deps: {
  readonly store: SaltStore;
  readonly randomBytes: (count: number) => Uint8Array;
}): DailySalts {
  let known: { readonly dayNumber: number; readonly salt: Promise<Uint8Array | null> } | null = null;
  let restUntilMs = 0;

  const take = async (nowMs: number): Promise<Uint8Array | null> => {
    try {
      const day = new Date(nowMs).toISOString().slice(0, 10);
      return await deps.store.take(day, deps.randomBytes(SALT_BYTES), SALT_DEADLINE_MS);
    } catch {
      // Unique visitors are worth less than a visit: it goes on, and is no visitor of this day.
      known = null;
      restUntilMs = nowMs + SALT_REST_MS;
      return null;
    }
  };

  return {
    at(nowMs) {
      const dayNumber = Math.floor(nowMs / DAY_MS);
      if (known?.dayNumber === dayNumber) return known.salt;
      if (nowMs < restUntilMs) return Promise.resolve(null);
      known = { dayNumber, salt: take(nowMs) };
      return known.salt;
    },
  };
}
