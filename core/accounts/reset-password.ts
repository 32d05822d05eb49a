import { Failure } from '../errors.ts';
import type { RandomBytes } from '../links/short-code.ts';
import type { AttemptStore } from './attempts.ts';
import { ACCOUNT_LIMIT } from './check-password.ts';
import type { CredentialChanges } from './credential-changes.ts';
import { emailSha256 } from './email.ts';
import type { HashGate } from './hash-gate.ts';
import { newMailJob } from './mail-job.ts';
import { readOneTimeToken } from './one-time-token.ts';
import { newPasswordHash, refuseBadPassword } from './password.ts';
import type { SessionStore } from './session-store.ts';
import type { MailLimitDeps } from './take-mail.ts';
import { takeMail } from './take-mail.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';
import type { UserToken, UserTokenStore } from './user-token.ts';
import { isGoodFor, newUserToken } from './user-token.ts';

export type ForgotPasswordDeps = MailLimitDeps & {
  readonly users: Pick<UserStore, 'findByEmail'>;
  readonly tokens: Pick<UserTokenStore, 'put'>;
  readonly randomBytes: RandomBytes;
};

/**
 * Sends a mail that lets the person choose a new password. For an address without an account the same is written, but the
 * mail says so, and the token is nobody's. Throws RATE_LIMIT_EXCEEDED.
 */
export async function forgotPassword(
  deps: ForgotPasswordDeps,
  { email, client, appOrigin }: { readonly email: string; readonly client: string; readonly appOrigin: string },
): Promise<void> {
  const address = emailSha256(email);
  await takeMail(deps, { address, client });
  const found = await deps.users.findByEmail(email);
  const user = found?.status === 'active' ? found : null;
  const nobody = { id: address, email, passwordChangedAtMs: 0 };
  const { token, text } = newUserToken({ kind: 'reset-password' }, user ?? nobody, deps);
  const to = { to: email, appOrigin };
  const mail =
    user === null
      ? ({ ...to, kind: 'no-account' } as const)
      : ({ ...to, kind: 'reset-password', token: text } as const);
  await deps.tokens.put(token, newMailJob(deps, mail));
}

export type ResetPasswordDeps = {
  readonly users: Pick<UserStore, 'find'>;
  readonly tokens: Pick<UserTokenStore, 'find'>;
  readonly changes: Pick<CredentialChanges, 'setPassword'>;
  readonly sessions: Pick<SessionStore, 'endAll'>;
  readonly attempts: Pick<AttemptStore, 'forget'>;
  readonly hashGate: HashGate;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

/**
 * Sets the password with the token of a mail, ends all sessions, and lets the person in again who was locked out by
 * wrong passwords. Throws INVALID_TOKEN, VALIDATION_FAILED, WEAK_PASSWORD or SERVICE_UNAVAILABLE; the token is good
 * still after all but the first.
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  request: { readonly token: string; readonly password: string; readonly appOrigin: string },
): Promise<void> {
  const { token, user } = await goodToken(deps, request.token);
  refuseBadPassword(request.password, user, 'password');
  const passwordHash = await deps.hashGate(() => newPasswordHash(request.password));
  // Before, so that none outlives a crash right after the change; after, for those that were opened meanwhile.
  await deps.sessions.endAll(user.id);
  const mail = newMailJob(deps, { to: user.email, appOrigin: request.appOrigin, kind: 'password-changed' });
  const outcome = await deps.changes.setPassword(user, { passwordHash, atMs: deps.nowMs(), token }, mail);
  if (outcome === 'refused') throw new Failure('INVALID_TOKEN');
  await deps.sessions.endAll(user.id);
  await deps.attempts.forget(ACCOUNT_LIMIT, emailSha256(user.email));
}

async function goodToken(
  { users, tokens, nowMs }: ResetPasswordDeps,
  text: string,
): Promise<{ readonly token: UserToken; readonly user: User }> {
  const read = readOneTimeToken('reset-password', text);
  const token = read === null ? null : await tokens.find(read.subject, read.sha256);
  const user = token === null ? null : await users.find(token.userId);
  if (token === null || user === null || !isGoodFor(token, user, nowMs())) throw new Failure('INVALID_TOKEN');
  return { token, user };
}
