import { randomBytes } from 'node:crypto';
import type { UserChange, UserDirectory, UsersDeps } from '../../../core/accounts/administer-users.ts';
import { changeUser, readUser } from '../../../core/accounts/administer-users.ts';
import type { User } from '../../../core/accounts/user.ts';
import { aUser } from '../../fixtures/accounts.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { NOW_MS } from '../../fixtures/links.ts';

type Outcome = Awaited<ReturnType<UserDirectory['replace']>>;

/** A directory of one person that answers each replacement in turn, and the order in which things were done. */
function world(user: User | null, outcomes: readonly Outcome[] = ['changed']) {
  const done: string[] = [];
  const left = [...outcomes];
  const found = user === null ? null : ({ user, plan: 'free' } as const);
  const deps: UsersDeps = {
    directory: {
      list: async () => ({ items: [], cursor: null }),
      find: async () => found,
      findByEmail: async () => found,
      async replace() {
        const outcome = left.shift() ?? 'conflict';
        done.push(outcome);
        return outcome;
      },
    },
    sessions: { endAll: async () => void done.push('sessions ended') },
    randomBytes,
    nowMs: () => NOW_MS,
  };
  return { deps, done };
}

const CHANGE: UserChange = { name: 'New', isAdmin: false, status: 'active', plan: null };

describe('Changing a user', () => {
  it('answers them as they are now, on the plan they had', async () => {
    const { deps } = world(aUser());
    expect(await changeUser(deps, 'usr_1', CHANGE, null)).toEqual({
      user: aUser({ name: 'New', version: 2, updatedAtMs: NOW_MS }),
      plan: 'free',
    });
    expect((await changeUser(world(aUser()).deps, 'usr_1', { ...CHANGE, plan: 'pro' }, 1)).plan).toBe('pro');
  });

  it('ends sessions after the account is suspended, so that none is opened in between', async () => {
    const { deps, done } = world(aUser());
    await changeUser(deps, 'usr_1', { ...CHANGE, status: 'suspended' }, null);
    expect(done).toEqual(['changed', 'sessions ended']);
  });

  it('leaves the sessions of everybody else alone', async () => {
    const { deps, done } = world(aUser());
    await changeUser(deps, 'usr_1', CHANGE, null);
    expect(done).toEqual(['changed']);
  });

  it('tries again what met another change, and gives up after five', async () => {
    const { deps, done } = world(aUser(), ['conflict', 'conflict', 'changed']);
    await changeUser(deps, 'usr_1', CHANGE, null);
    expect(done).toHaveLength(3);
    const busy = world(aUser(), []);
    expect(await wordOf(() => changeUser(busy.deps, 'usr_1', CHANGE, null))).toBe('VERSION_CONFLICT');
    expect(busy.done).toHaveLength(5);
  });

  it('is refused from another version, and for the last administrator, without any effect', async () => {
    const { deps, done } = world(aUser({ version: 4 }));
    const failure = await failureOf(() => changeUser(deps, 'usr_1', CHANGE, 3));
    expect([failure.word, failure.details, done]).toEqual(['VERSION_CONFLICT', { current_version: 4 }, []]);
    const last = world(aUser(), ['last_administrator']);
    expect(await wordOf(() => changeUser(last.deps, 'usr_1', { ...CHANGE, status: 'suspended' }, null))).toBe(
      'LAST_ADMIN',
    );
    expect(last.done).toEqual(['last_administrator']);
  });

  it.each([null, aUser({ status: 'deleted' })])('does not know who is not there any more: %#', async (user) => {
    const { deps } = world(user);
    expect(await wordOf(() => readUser(deps, 'usr_1'))).toBe('USER_NOT_FOUND');
    expect(await wordOf(() => changeUser(deps, 'usr_1', CHANGE, null))).toBe('USER_NOT_FOUND');
  });
});
