import type { AuditEntry } from './audit.ts';
import type { Pieces } from './erasure.ts';

/** Who is erased. `email` is null where the account is gone and only leftovers may be there. */
export type ErasedPerson = { readonly userId: string; readonly email: string | null };

/** Everything of one person, kind by kind. Doing any of it again changes nothing. */
export type UserErasure = {
  /** Null where there is no account any more. */
  findEmail(userId: string): Promise<string | null>;
  /** Seats offered to the address by others. */
  eraseInvites(person: ErasedPerson): Pieces;
  eraseMemberships(person: ErasedPerson): Pieces;
  /** Takes the person out of what others keep: audit logs, and answers kept for repeats. */
  eraseTraces(person: ErasedPerson): Pieces;
  /** Mails to the address that nobody could send yet. */
  eraseMails(person: ErasedPerson): Pieces;
  /** Guesses counted against the address and the devices. */
  eraseAttempts(person: ErasedPerson): Pieces;
  /** Sessions, devices, tokens, registrations; at last the account itself, which frees the address. */
  eraseAccount(person: ErasedPerson): Pieces;
};

/**
 * The address is known from the account alone, so that goes last. Workspaces the person owned have jobs of their own, in
 * any order with this one: neither needs what the other removes.
 */
export const erasureOfUser = (store: UserErasure, person: ErasedPerson): readonly Pieces[] => [
  store.eraseInvites(person),
  store.eraseMemberships(person),
  store.eraseTraces(person),
  store.eraseMails(person),
  store.eraseAttempts(person),
  store.eraseAccount(person),
];

const ERASED = 'erased';

/** The entry without the person: what happened and when stays, who it was does not. */
export const entryWithout = (entry: AuditEntry, userId: string): AuditEntry => ({
  ...entry,
  actor: entry.actor.kind === 'user' && entry.actor.id === userId ? { kind: 'erased' } : entry.actor,
  target: entry.target === userId ? null : entry.target,
  details: Object.fromEntries(
    Object.entries(entry.details).map(([name, value]) => [name, value.replaceAll(userId, ERASED)]),
  ),
});

/** Text without the person, for answers that are kept to be given again. */
export const textWithout = (text: string, { userId, email }: ErasedPerson): string =>
  [userId, email].reduce<string>((rest, name) => (name === null ? rest : rest.replaceAll(name, ERASED)), text);
