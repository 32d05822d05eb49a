import { isOutdatedHash } from '../argon2id.ts';
import { Failure } from '../errors.ts';
import type { Guesser, PasswordCheckDeps } from './check-password.ts';
import { checkPassword } from './check-password.ts';
import type { CredentialChanges } from './credential-changes.ts';
import { emailSha256 } from './email.ts';
import type { HashGate } from './hash-gate.ts';
import type { KnownDeviceStore } from './known-devices.ts';
import { deviceSha256, isDeviceToken, newDeviceToken } from './known-devices.ts';
import type { OpenedSession, SessionDeps, SessionDevice } from './open-session.ts';
import { openSession } from './open-session.ts';
import { newPasswordHash } from './password.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';

export type RecogniseDeps = PasswordCheckDeps & {
  readonly users: UserStore;
  readonly devices: KnownDeviceStore;
  readonly hashGate: HashGate;
  readonly changes: Pick<CredentialChanges, 'replaceHash'>;
};
export type SignInDeps = RecogniseDeps & SessionDeps;

/** Where a password comes from: a hash of the client, and what its browser was given to be recognised by, or null. */
export type SignInOrigin = { readonly client: string; readonly deviceToken: string | null };

export type ShownPassword = SignInOrigin & {
  /** As `normalEmail` writes it. */
  readonly email: string;
  readonly password: string;
};

export type Recognised = { readonly user: User; readonly guesser: Guesser };

/**
 * The person whose password it is. An address without an account, or with one that is not active, is a wrong password:
 * the same reads, the same attempts, one argon2id, the same answer. Throws INVALID_CREDENTIALS, SIGN_IN_LOCKED or
 * SERVICE_UNAVAILABLE.
 */
export const recognise = (deps: RecogniseDeps, shown: ShownPassword): Promise<Recognised> =>
  // The gate comes first: a flood is turned away before it reads or counts anything.
  deps.hashGate(async () => {
    const found = await deps.users.findByEmail(shown.email);
    const guesser = await guesserOf(deps, shown.email, found, shown);
    const user = found?.status === 'active' ? found : null;
    const isRight = await checkPassword(deps, guesser, shown.password, user?.passwordHash ?? null);
    if (user === null || !isRight) throw new Failure('INVALID_CREDENTIALS');
    await renewHash(deps.changes, user, shown.password);
    return { user, guesser };
  });

export type SignedIn = { readonly user: User; readonly opened: OpenedSession; readonly deviceToken: string };

/** Opens a session for the right password, and knows the device the next time. Throws as `recognise`. */
export async function signIn(
  deps: SignInDeps,
  request: ShownPassword & { readonly device: SessionDevice },
): Promise<SignedIn> {
  const { user, guesser } = await recognise(deps, request);
  const opened = await openSession(deps, user, request.device);
  const isStranger = guesser.knownDevice === null || request.deviceToken === null;
  const deviceToken = isStranger ? newDeviceToken(deps.randomBytes) : request.deviceToken;
  // As of the sign-in, so that a change of the password meanwhile is later.
  await deps.devices.remember(user.id, deviceSha256(deviceToken), opened.session.createdAtMs);
  return { user, opened, deviceToken };
}

/** As whom a password is tried. Devices are looked for where there is no account, too. */
export async function guesserOf(
  { devices, nowMs }: { readonly devices: KnownDeviceStore; readonly nowMs: () => number },
  email: string,
  user: User | null,
  { client, deviceToken }: SignInOrigin,
): Promise<Guesser> {
  const account = emailSha256(email);
  if (deviceToken === null || !isDeviceToken(deviceToken)) return { account, client, knownDevice: null };
  const device = deviceSha256(deviceToken);
  const isKnown = await devices.isKnown(user?.id ?? account, device, user?.passwordChangedAtMs ?? 0, nowMs());
  return { account, client, knownDevice: isKnown ? device : null };
}

/** The password is at hand only now, so now is when a hash of former parameters becomes one of today's. */
async function renewHash(changes: RecogniseDeps['changes'], user: User, password: string): Promise<void> {
  if (isOutdatedHash(user.passwordHash)) await changes.replaceHash(user, await newPasswordHash(password));
}
