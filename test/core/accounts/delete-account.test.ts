import type { AccountClosing } from '../../../core/accounts/delete-account.ts';
import { deleteAccount } from '../../../core/accounts/delete-account.ts';
import type { User } from '../../../core/accounts/user.ts';
import { aUser } from '../../fixtures/accounts.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { NOW_MS } from '../../fixtures/links.ts';

function world(user: User | null, outcomes: readonly Awaited<ReturnType<AccountClosing['close']>>[] = ['closed']) {
  const left = [...outcomes];
  const closed: User[] = [];
  const deps = {
    users: { find: async () => user },
    closing: {
      close: async (read: User) => {
        closed.push(read);
        return left.shift() ?? 'changed';
      },
    },
    nowMs: () => NOW_MS,
  };
  return { deps, closed };
}

describe('Deleting an account', () => {
  it('closes it as it was read', async () => {
    const { deps, closed } = world(aUser({ version: 7 }));
    await deleteAccount(deps, 'usr_1', 7);
    expect(closed).toEqual([aUser({ version: 7 })]);
  });

  it.each([null, aUser({ status: 'deleted' })])('again is as good as once: %#', async (user) => {
    const { deps, closed } = world(user);
    await deleteAccount(deps, 'usr_1', null);
    expect(closed).toEqual([]);
  });

  it('looks again where something changed meanwhile, and says when to come back after five times', async () => {
    const { deps, closed } = world(aUser(), ['changed', 'changed', 'closed']);
    await deleteAccount(deps, 'usr_1', null);
    expect(closed).toHaveLength(3);
    const busy = world(aUser(), []);
    expect(await wordOf(() => deleteAccount(busy.deps, 'usr_1', null))).toBe('SERVICE_UNAVAILABLE');
    expect(busy.closed).toHaveLength(5);
  });

  it('is refused from another version, and for the last administrator', async () => {
    const { deps, closed } = world(aUser({ version: 2 }));
    const failure = await failureOf(() => deleteAccount(deps, 'usr_1', 1));
    expect([failure.word, failure.details, closed]).toEqual(['VERSION_CONFLICT', { current_version: 2 }, []]);
    const last = world(aUser(), ['last_administrator']);
    expect(await wordOf(() => deleteAccount(last.deps, 'usr_1', null))).toBe('LAST_ADMIN');
  });
});
