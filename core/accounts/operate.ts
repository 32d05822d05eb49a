import { randomBytes } from 'node:crypto';
import { Failure } from '../errors.ts';
import type { ListedUser, UsersDeps } from './administer-users.ts';
import { changeUser } from './administer-users.ts';
import type { AccountDraft, AccountStore, CreateUserDeps } from './create-user.ts';
import { newAccount } from './create-user.ts';
import { newPasswordHash, refuseBadPassword } from './password.ts';
import type { User } from './user.ts';
import { newUserToken } from './user-token.ts';

/** What only whoever runs this Signpost may do; nobody's permission is asked, because the cloud account's was. */
export type OperateDeps = UsersDeps & CreateUserDeps & { readonly accounts: Omit<AccountStore, 'createFrom'> };

export type NewUser = Omit<AccountDraft, 'passwordHash'> & {
  /** Null lets the person choose one, with the token. */
  readonly password: string | null;
};

/**
 * Makes a person with an account; the address counts as proven. Throws EMAIL_TAKEN, VALIDATION_FAILED or WEAK_PASSWORD.
 */
export async function createUser(
  deps: OperateDeps,
  { password, ...draft }: NewUser,
): Promise<{ readonly user: User; readonly resetToken: string | null }> {
  if (password !== null) refuseBadPassword(password, draft, 'password');
  const passwordHash = await newPasswordHash(password ?? nobodysPassword());
  const account = newAccount(deps, { ...draft, passwordHash }, 'operator');
  const reset = password === null ? newUserToken({ kind: 'reset-password' }, account.user, deps) : null;
  if ((await deps.accounts.create(account, reset?.token ?? null)) === 'taken') throw new Failure('EMAIL_TAKEN');
  return { user: account.user, resetToken: reset?.text ?? null };
}

/** Throws USER_NOT_FOUND. */
export async function makeAdmin(deps: OperateDeps, email: string): Promise<User> {
  const { user } = await activeUser(deps, email);
  const change = { name: user.name, isAdmin: true, status: 'active', plan: null } as const;
  return (await changeUser(deps, user.id, change, null)).user;
}

/** A token that lets the person choose a new password, for whoever cannot get a mail. Throws USER_NOT_FOUND. */
export async function newResetToken(
  deps: OperateDeps,
  email: string,
): Promise<{ readonly user: User; readonly resetToken: string }> {
  const { user } = await activeUser(deps, email);
  const { token, text } = newUserToken({ kind: 'reset-password' }, user, deps);
  await deps.accounts.addToken(token);
  return { user, resetToken: text };
}

async function activeUser({ directory }: OperateDeps, email: string): Promise<ListedUser> {
  const found = await directory.findByEmail(email);
  if (found?.user.status !== 'active') throw new Failure('USER_NOT_FOUND');
  return found;
}

const UNKNOWN_PASSWORD_BYTES = 32;
const nobodysPassword = (): string => randomBytes(UNKNOWN_PASSWORD_BYTES).toString('base64url');
