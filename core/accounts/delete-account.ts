import { Failure } from '../errors.ts';
import type { User } from './user.ts';
import type { UserStore } from './user-store.ts';

export type AccountClosing = {
  /**
   * In one transaction: the person and every workspace they own are `deleted`, and the jobs that erase them are in the
   * outbox. `changed`: account or workspaces are not as they were read any more.
   */
  close(user: User, atMs: number): Promise<'closed' | 'last_administrator' | 'changed'>;
};

export type ClosingDeps = {
  readonly users: Pick<UserStore, 'find'>;
  readonly closing: AccountClosing;
  readonly nowMs: () => number;
};

const MAX_ATTEMPTS = 5;

/**
 * Closes an account for good: from now on its password, sessions, keys and links open nothing, and its erasure has begun.
 * Again is as good as once. Throws LAST_ADMIN or VERSION_CONFLICT.
 */
export async function deleteAccount(deps: ClosingDeps, userId: string, expected: number | null): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const user = await deps.users.find(userId);
    if (user === null || user.status === 'deleted') return;
    if (expected !== null && user.version !== expected)
      throw new Failure('VERSION_CONFLICT', { current_version: user.version });
    switch (await deps.closing.close(user, deps.nowMs())) {
      case 'closed':
        return;
      case 'last_administrator':
        throw new Failure('LAST_ADMIN');
      case 'changed':
    }
  }
  throw new Failure('SERVICE_UNAVAILABLE', {}, { detail: 'The account is being changed by many at once; try again.' });
}
