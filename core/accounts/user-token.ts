import type { RandomBytes } from '../links/short-code.ts';
import { emailSha256 } from './email.ts';
import type { OneTimeToken } from './one-time-token.ts';
import { newOneTimeToken, TOKEN_LIFETIME_S } from './one-time-token.ts';
import type { Job } from './outbox.ts';
import type { User } from './user.ts';

/** A one-time token of a person with an account, as it is stored. */
export type UserToken = {
  readonly userId: string;
  readonly sha256: string;
  readonly expiresAtMs: number;
  /** What the person signed in with when it was made: with another password or address it is dead. */
  readonly passwordChangedAtMs: number;
  readonly emailSha256: string;
  readonly purpose: Purpose;
};

export type Purpose =
  | { readonly kind: 'reset-password' }
  /** `email` is the address it proves; the session that asked for it outlives the change. */
  | { readonly kind: 'confirm-email'; readonly email: string; readonly sessionId: string };

export type UserTokenStore = {
  /** In one transaction with the mail that brings it. */
  put(token: UserToken, mail: Job): Promise<void>;
  find(userId: string, sha256: string): Promise<UserToken | null>;
};

/** The form that is stored, and the text that is sent. */
export function newUserToken(
  purpose: Purpose,
  user: Pick<User, 'id' | 'email' | 'passwordChangedAtMs'>,
  deps: { readonly randomBytes: RandomBytes; readonly nowMs: () => number },
): { readonly token: UserToken; readonly text: string } {
  const { text, sha256 }: OneTimeToken = newOneTimeToken(purpose.kind, user.id, deps.randomBytes);
  const token = {
    userId: user.id,
    sha256,
    expiresAtMs: deps.nowMs() + TOKEN_LIFETIME_S[purpose.kind] * 1_000,
    passwordChangedAtMs: user.passwordChangedAtMs,
    emailSha256: emailSha256(user.email),
    purpose,
  };
  return { token, text };
}

/** Whether the token is still good for this person. */
export const isGoodFor = (token: UserToken, user: User, nowMs: number): boolean =>
  token.userId === user.id &&
  token.expiresAtMs > nowMs &&
  user.status === 'active' &&
  token.passwordChangedAtMs === user.passwordChangedAtMs &&
  token.emailSha256 === emailSha256(user.email);
