import type { Role } from './permissions.ts';

/**
 * What must happen after a change, written in the change's own transaction: what is not committed is never done, what is
 * committed always is. Followers of the outbox table's stream do it, again until it worked.
 */
export type Job =
  | { readonly kind: 'mail'; readonly id: string; readonly mail: Mail }
  | { readonly kind: 'erase-user'; readonly userId: string }
  | { readonly kind: 'erase-workspace'; readonly workspaceId: string };

/** A mail, before it is put into words. `appOrigin` is where its links lead. */
export type Mail = { readonly to: string; readonly appOrigin: string } & (
  | { readonly kind: 'verify-email'; readonly name: string; readonly token: string }
  /** Somebody registered with an address that has an account. */
  | { readonly kind: 'already-registered' }
  | { readonly kind: 'reset-password'; readonly token: string }
  /** Somebody forgot the password of an address that has no account. */
  | { readonly kind: 'no-account' }
  /** To the new address: proves it before it counts. */
  | { readonly kind: 'confirm-email'; readonly token: string }
  /** To the old address. */
  | { readonly kind: 'email-changed' }
  | { readonly kind: 'password-changed' }
  | { readonly kind: 'invited'; readonly workspaceName: string; readonly role: Role; readonly token: string }
);
