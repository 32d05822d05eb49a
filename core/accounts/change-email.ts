import { Failure } from '../errors.ts';
import type { RandomBytes } from '../links/short-code.ts';
import type { OwnPassword, OwnPasswordDeps } from './change-password.ts';
import { confirmOwnPassword } from './change-password.ts';
import type { CredentialChanges } from './credential-changes.ts';
import { emailSha256 } from './email.ts';
import { newMailJob } from './mail-job.ts';
import { readOneTimeToken } from './one-time-token.ts';
import type { SessionStore } from './session-store.ts';
import type { MailLimitDeps } from './take-mail.ts';
import { takeMail } from './take-mail.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';
import type { UserTokenStore } from './user-token.ts';
import { isGoodFor, newUserToken } from './user-token.ts';

export type ChangeEmailDeps = OwnPasswordDeps &
  MailLimitDeps & {
    readonly users: UserStore;
    readonly tokens: Pick<UserTokenStore, 'put'>;
    readonly randomBytes: RandomBytes;
  };

export type ChangeEmailRequest = OwnPassword & {
  /** The session that asks for it stays open. */
  readonly sessionId: string;
  /** The new address, as `normalEmail` writes it. */
  readonly email: string;
  readonly appOrigin: string;
};

/**
 * Sends a mail to the new address that proves it; nothing changes before. Where the address has an account the same is
 * written, but the mail says so and brings no token. Throws as `confirmOwnPassword`, or RATE_LIMIT_EXCEEDED.
 */
export async function changeEmail(deps: ChangeEmailDeps, request: ChangeEmailRequest): Promise<void> {
  const { email, sessionId, client, appOrigin } = request;
  const { user } = await confirmOwnPassword(deps, request);
  await takeMail(deps, { address: emailSha256(email), client });
  const holder = await deps.users.findByEmail(email);
  const { token, text } = newUserToken({ kind: 'confirm-email', email, sessionId }, user, deps);
  const to = { to: email, appOrigin };
  const isFree = holder === null || holder.status === 'deleted';
  const mail = isFree
    ? ({ ...to, kind: 'confirm-email', token: text } as const)
    : ({ ...to, kind: 'already-registered' } as const);
  await deps.tokens.put(token, newMailJob(deps, mail));
}

export type ConfirmEmailDeps = {
  readonly users: Pick<UserStore, 'find'>;
  readonly tokens: Pick<UserTokenStore, 'find'>;
  readonly changes: Pick<CredentialChanges, 'setEmail'>;
  readonly sessions: Pick<SessionStore, 'endAll'>;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

/**
 * Makes the proven address the person's own, tells the former one, and ends every session but the one that asked for it.
 * Throws INVALID_TOKEN, or EMAIL_TAKEN where somebody else was faster.
 */
export async function confirmEmail(
  deps: ConfirmEmailDeps,
  request: { readonly token: string; readonly appOrigin: string },
): Promise<User> {
  const read = readOneTimeToken('confirm-email', request.token);
  const token = read === null ? null : await deps.tokens.find(read.subject, read.sha256);
  const user = token === null ? null : await deps.users.find(token.userId);
  const atMs = deps.nowMs();
  if (token === null || user === null || token.purpose.kind !== 'confirm-email' || !isGoodFor(token, user, atMs))
    throw new Failure('INVALID_TOKEN');
  const { email, sessionId } = token.purpose;
  const others = { exceptSessionId: sessionId };
  // Before, so that none outlives a crash right after the change; after, for those that were opened meanwhile.
  await deps.sessions.endAll(user.id, others);
  const mail = newMailJob(deps, { to: user.email, appOrigin: request.appOrigin, kind: 'email-changed' });
  const outcome = await deps.changes.setEmail(user, { email, atMs, token }, mail);
  if (outcome === 'taken') throw new Failure('EMAIL_TAKEN');
  if (outcome === 'refused') throw new Failure('INVALID_TOKEN');
  await deps.sessions.endAll(user.id, others);
  return { ...user, email, version: user.version + 1, updatedAtMs: atMs };
}
