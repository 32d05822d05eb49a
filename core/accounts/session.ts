/** Contract: `expires_in`. Short, because only the session behind a token can be ended, not the token. */
export const ACCESS_TOKEN_LIFETIME_S = 900;
/** A refresh token not used for so long is dead; each use gives a new one. */
export const REFRESH_TOKEN_LIFETIME_S = 30 * 86_400;
/** After this even a session in daily use asks for the password again. */
export const SESSION_LIFETIME_S = 90 * 86_400;

export type Session = {
  readonly id: string;
  readonly userId: string;
  readonly createdAtMs: number;
  /** Written at most once in five minutes. */
  readonly lastUsedAtMs: number;
  readonly expiresAtMs: number;
  /** What the browser called itself at sign-in, cut to 256 characters. */
  readonly userAgent: string;
  /** CloudFront's guess: `mobile`, `desktop`, … */
  readonly device: string;
  /** Two letters, `ZZ` where unknown. */
  readonly country: string;
};

/** Whether a session still opens anything: not at its end, and used since its last refresh token was good. */
export const isAlive = ({ expiresAtMs, lastUsedAtMs }: Session, nowMs: number): boolean =>
  expiresAtMs > nowMs && lastUsedAtMs + REFRESH_TOKEN_LIFETIME_S * 1_000 > nowMs;
