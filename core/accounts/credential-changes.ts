import type { Job } from './outbox.ts';
import type { User } from './user.ts';
import type { UserToken } from './user-token.ts';

/**
 * Changes of what a person signs in with, each in one transaction with its mail. They only happen to the account as it
 * was read. `refused`: password or address changed meanwhile, the account is not active any more, or the token is used up.
 */
export type CredentialChanges = {
  /** `token` is used up by it; null where the person showed their password instead. */
  setPassword(
    user: User,
    change: { readonly passwordHash: string; readonly atMs: number; readonly token: UserToken | null },
    mail: Job,
  ): Promise<'changed' | 'refused'>;
  /** `taken`: another account has the address. */
  setEmail(
    user: User,
    change: { readonly email: string; readonly atMs: number; readonly token: UserToken },
    mail: Job,
  ): Promise<'changed' | 'taken' | 'refused'>;
  /** The same password under other parameters; nothing happens if it is not the same any more. */
  replaceHash(user: User, passwordHash: string): Promise<void>;
};
