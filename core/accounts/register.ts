import { Failure } from '../errors.ts';
import type { RandomBytes } from '../links/short-code.ts';
import type { AccountStore } from './create-user.ts';
import { newAccount } from './create-user.ts';
import { emailSha256 } from './email.ts';
import type { HashGate } from './hash-gate.ts';
import { newMailJob } from './mail-job.ts';
import { newOneTimeToken, readOneTimeToken, TOKEN_LIFETIME_S } from './one-time-token.ts';
import { newPasswordHash, refuseBadPassword } from './password.ts';
import type { RegistrationStore } from './registration.ts';
import type { MailLimitDeps } from './take-mail.ts';
import { takeMail } from './take-mail.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';

export type RegisterDeps = MailLimitDeps & {
  readonly users: Pick<UserStore, 'findByEmail'>;
  readonly registrations: RegistrationStore;
  readonly hashGate: HashGate;
  readonly randomBytes: RandomBytes;
  /** False where administrators make all accounts. */
  readonly isRegistrationOpen: boolean;
};

export type RegisterRequest = {
  /** As `normalEmail` writes it. */
  readonly email: string;
  readonly password: string;
  readonly name: string;
  /** A hash. */
  readonly client: string;
  readonly appOrigin: string;
};

/**
 * Writes a registration down and sends a mail; there is no account before the mail was answered. For an address that has
 * one the same is done, but the mail says so and brings no token. Throws REGISTRATION_CLOSED, VALIDATION_FAILED,
 * WEAK_PASSWORD, RATE_LIMIT_EXCEEDED or SERVICE_UNAVAILABLE.
 */
export async function register(deps: RegisterDeps, request: RegisterRequest): Promise<void> {
  const { email, password, name, client, appOrigin } = request;
  if (!deps.isRegistrationOpen) throw new Failure('REGISTRATION_CLOSED');
  refuseBadPassword(password, { email, name }, 'password');
  const address = emailSha256(email);
  // The gate comes first: a flood is turned away before it reads or counts anything.
  const { known, passwordHash } = await deps.hashGate(async () => {
    await takeMail(deps, { address, client });
    return { known: await deps.users.findByEmail(email), passwordHash: await newPasswordHash(password) };
  });
  const token = newOneTimeToken('verify-email', address, deps.randomBytes);
  const to = { to: email, appOrigin };
  await deps.registrations.put(
    {
      email,
      name,
      passwordHash,
      tokenSha256: token.sha256,
      expiresAtMs: deps.nowMs() + TOKEN_LIFETIME_S['verify-email'] * 1_000,
    },
    newMailJob(
      deps,
      known === null || known.status === 'deleted'
        ? { ...to, kind: 'verify-email', name, token: token.text }
        : { ...to, kind: 'already-registered' },
    ),
  );
}

export type VerifyEmailDeps = {
  readonly registrations: Pick<RegistrationStore, 'find'>;
  readonly accounts: Pick<AccountStore, 'createFrom'>;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
};

/**
 * Makes the account of a registration, on the free plan. Throws INVALID_TOKEN for any token that is not good, also where
 * another registration of the address was faster.
 */
export async function verifyEmail(deps: VerifyEmailDeps, tokenText: string): Promise<User> {
  const token = readOneTimeToken('verify-email', tokenText);
  if (token === null) throw new Failure('INVALID_TOKEN');
  const name = { emailSha256: token.subject, tokenSha256: token.sha256 };
  const registration = await deps.registrations.find(name);
  if (registration === null || registration.expiresAtMs <= deps.nowMs()) throw new Failure('INVALID_TOKEN');
  const account = newAccount(deps, { ...registration, isAdmin: false, plan: 'free' }, 'person');
  if ((await deps.accounts.createFrom(name, account)) !== 'created') throw new Failure('INVALID_TOKEN');
  return account.user;
}
