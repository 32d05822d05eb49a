import { Failure } from '../errors.ts';
import type { RandomBytes } from '../links/short-code.ts';
import type { PasswordCheckDeps } from './check-password.ts';
import { checkPassword } from './check-password.ts';
import type { CredentialChanges } from './credential-changes.ts';
import type { HashGate } from './hash-gate.ts';
import type { KnownDeviceStore } from './known-devices.ts';
import { newMailJob } from './mail-job.ts';
import { newPasswordHash, refuseBadPassword } from './password.ts';
import type { SessionStore } from './session-store.ts';
import type { Recognised, SignInOrigin } from './sign-in.ts';
import { guesserOf } from './sign-in.ts';
import type { UserStore } from './user-store.ts';

export type OwnPasswordDeps = PasswordCheckDeps & {
  readonly users: Pick<UserStore, 'find'>;
  readonly devices: KnownDeviceStore;
  readonly hashGate: HashGate;
};

/** A person who is signed in and shows their password once more. */
export type OwnPassword = SignInOrigin & { readonly userId: string; readonly password: string };

/**
 * The person, if it is their password. Whoever sits before an open session may guess as little as anybody. Throws
 * INVALID_CREDENTIALS, SIGN_IN_LOCKED, SERVICE_UNAVAILABLE, or UNAUTHENTICATED where there is no such person any more.
 */
export const confirmOwnPassword = (deps: OwnPasswordDeps, shown: OwnPassword): Promise<Recognised> =>
  deps.hashGate(async () => {
    const user = await deps.users.find(shown.userId);
    if (user?.status !== 'active') throw new Failure('UNAUTHENTICATED');
    const guesser = await guesserOf(deps, user.email, user, shown);
    if (!(await checkPassword(deps, guesser, shown.password, user.passwordHash)))
      throw new Failure('INVALID_CREDENTIALS', {}, { detail: 'This is not your password.' });
    return { user, guesser };
  });

export type ChangePasswordDeps = OwnPasswordDeps & {
  readonly changes: Pick<CredentialChanges, 'setPassword'>;
  readonly sessions: Pick<SessionStore, 'endAll'>;
  readonly randomBytes: RandomBytes;
};

export type ChangePasswordRequest = OwnPassword & {
  /** The session that changes it stays open. */
  readonly sessionId: string;
  readonly newPassword: string;
  readonly appOrigin: string;
};

/**
 * Sets a new password and ends every other session; of known devices only this one stays known. Throws VALIDATION_FAILED, WEAK_PASSWORD, or as `confirmOwnPassword`;
 * INVALID_CREDENTIALS also where another change was faster.
 */
export async function changePassword(deps: ChangePasswordDeps, request: ChangePasswordRequest): Promise<void> {
  const { user, guesser } = await confirmOwnPassword(deps, request);
  refuseBadPassword(request.newPassword, user, 'new_password');
  const passwordHash = await deps.hashGate(() => newPasswordHash(request.newPassword));
  const others = { exceptSessionId: request.sessionId };
  // Before, so that none outlives a crash right after the change; after, for those that were opened meanwhile.
  await deps.sessions.endAll(user.id, others);
  const mail = newMailJob(deps, { to: user.email, appOrigin: request.appOrigin, kind: 'password-changed' });
  const atMs = deps.nowMs();
  const outcome = await deps.changes.setPassword(user, { passwordHash, atMs, token: null }, mail);
  if (outcome === 'refused') throw new Failure('INVALID_CREDENTIALS');
  await deps.sessions.endAll(user.id, others);
  if (guesser.knownDevice !== null) await deps.devices.remember(user.id, guesser.knownDevice, atMs);
}
