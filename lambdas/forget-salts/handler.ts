export type ForgetSaltsDeps = {
  /** Removes a salt of a day before this one (UTC, `2026-11-21`). Throws where it may still be there. */
  readonly forgetBefore: (day: string) => Promise<void>;
  readonly nowMs: () => number;
};

/** Once an hour: the salt of a day that is over goes, also where no visit of the new day has overwritten it. */
export const forgetSaltsHandler =
  ({ forgetBefore, nowMs }: ForgetSaltsDeps) =>
  (): Promise<void> =>
    forgetBefore(new Date(nowMs()).toISOString().slice(0, 10));
