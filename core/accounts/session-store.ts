import type { Session } from './session.ts';

/** A refresh token as it is stored. */
export type RefreshToken = { readonly sha256: string; readonly expiresAtMs: number };

/**
 * `rotated`: the former token is used up and the next one good. `reused`: it was used up before, so somebody else has it.
 * `refused`: it is unknown or over, its session ended, or the person is not active.
 */
export type RotationOutcome = 'rotated' | 'reused' | 'refused';

/** Sessions with their refresh tokens. A token is worth nothing without its session, whatever else was left undone. */
export type SessionStore = {
  /**
   * Opens a session; `refused` where the person is not active any more or has another password since
   * `passwordChangedAtMs`, both decided by the write itself.
   */
  put(session: Session, refresh: RefreshToken, passwordChangedAtMs: number): Promise<'opened' | 'refused'>;
  find(userId: string, sessionId: string): Promise<Session | null>;
  /** Those that are alive at `nowMs`, last used first. */
  list(userId: string, nowMs: number): Promise<readonly Session[]>;
  /** Uses the token up and puts the next one, all in one; exactly one of any number of parallel calls gets `rotated`. */
  rotate(session: Session, usedSha256: string, next: RefreshToken): Promise<RotationOutcome>;
  /** Ends the session and its refresh tokens. False where there is no such session. */
  end(userId: string, sessionId: string): Promise<boolean>;
  endAll(userId: string, options?: { readonly exceptSessionId?: string }): Promise<void>;
};
