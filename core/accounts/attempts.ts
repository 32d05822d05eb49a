/** One window of a limit: it opens with the first attempt and closes `windowS` later. */
export type AttemptWindow = { readonly name: string; readonly max: number; readonly windowS: number };

/** Windows that are taken from together; the first is called ''. */
export type AttemptLimit = { readonly name: string; readonly windows: readonly [AttemptWindow, ...AttemptWindow[]] };

/** `resetAtMs` is when there is room again, as far as the windows tell. */
export type AttemptState = { readonly allowed: boolean; readonly resetAtMs: number };

/** Attempts of a subject: the hash of an address, of a device or of a client. Never what they are hashes of. */
export type AttemptStore = {
  /** Takes one of every window or of none; one conditional write decides, so parallel attempts are counted too. */
  take(limit: AttemptLimit, subject: string, nowMs: number): Promise<AttemptState>;
  /** The attempt succeeded: it is given back, and the windows after the first begin anew. */
  succeed(limit: AttemptLimit, subject: string): Promise<void>;
  /** Nothing was attempted. */
  forget(limit: AttemptLimit, subject: string): Promise<void>;
};

/** Whole seconds until there is room again, at least one. */
export const secondsUntil = (resetAtMs: number, nowMs: number): number =>
  Math.max(1, Math.ceil((resetAtMs - nowMs) / 1_000));
