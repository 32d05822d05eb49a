import type { UserDirectory } from '../../core/accounts/administer-users.ts';
import type { User } from '../../core/accounts/user.ts';
import type { AdminAnswer } from '../../lambdas/admin/handler.ts';
import { adminHandler } from '../../lambdas/admin/handler.ts';
import { ADA, adasApi, NEW_PASSWORD } from '../fixtures/auth-api.ts';

jest.mock('../../core/argon2id.ts', () => jest.requireActual<object>('../fixtures/quick-argon2id.ts'));

/** The admin function beside the API of the same people. */
function operator() {
  const api = adasApi();
  const { people } = api.accounts;
  const directory: UserDirectory = {
    list: async () => ({ items: [], cursor: null }),
    find: async (userId) => listed(people.get(userId)),
    findByEmail: async (email) => listed([...people.values()].find((user) => user.email === email)),
    async replace({ user }, { name, isAdmin, status }, atMs) {
      people.set(user.id, { ...user, name, isAdmin, status, version: user.version + 1, updatedAtMs: atMs });
      return 'changed';
    },
  };
  const run = adminHandler({ ...api.deps, accounts: api.accounts.accounts, directory });
  return { ...api, run };
}
const listed = (user: User | undefined) => (user === undefined ? null : ({ user, plan: 'free' } as const));

const GRACE = { command: 'create-user', email: 'Grace@example.com', name: 'Grace' } as const;
const madeBy = (answer: AdminAnswer) => {
  if ('error' in answer) throw new Error(answer.detail);
  return answer;
};

describe('The admin function', () => {
  it('makes a person who signs in at once, as administrator on any plan', async () => {
    const { run, login, accounts } = operator();
    const made = madeBy(await run({ ...GRACE, password: NEW_PASSWORD, is_admin: true, plan: 'unlimited' }));
    expect(made).toEqual({
      user: expect.objectContaining({ email: 'grace@example.com', is_admin: true, email_verified: true }),
    });
    expect((await login(NEW_PASSWORD, {}, 'grace@example.com')).statusCode).toBe(200);
    expect(accounts.made[0]).toMatchObject({
      workspace: { plan: 'unlimited', name: 'Grace' },
      auditEntry: { actor: { kind: 'operator' } },
    });
    expect(accounts.mails).toEqual([]);
  });

  it('without a password hands over a token that sets one, and nobody can sign in before', async () => {
    const { run, login, post } = operator();
    const { password_reset_token: token, user } = madeBy(await run(GRACE));
    expect(user).toMatchObject({ is_admin: false });
    expect((await login('', {}, 'grace@example.com')).statusCode).toBe(400);
    expect((await post('password/reset', { token, password: NEW_PASSWORD })).statusCode).toBe(204);
    expect((await login(NEW_PASSWORD, {}, 'grace@example.com')).statusCode).toBe(200);
  });

  it('makes a person an administrator', async () => {
    const { run, accounts } = operator();
    expect(madeBy(await run({ command: 'make-admin', email: ADA.email })).user).toMatchObject({ is_admin: true });
    expect(accounts.people.get(ADA.id)).toMatchObject({ isAdmin: true, status: 'active' });
  });

  it('hands over a token to a person who cannot get a mail', async () => {
    const { run, post, login } = operator();
    const { password_reset_token: token } = madeBy(await run({ command: 'reset-password', email: ADA.email }));
    await post('password/reset', { token, password: NEW_PASSWORD });
    expect((await login(NEW_PASSWORD)).statusCode).toBe(200);
  });

  it.each([
    [{ ...GRACE, email: ADA.email }, 'EMAIL_TAKEN'],
    [{ ...GRACE, password: 'qwerty123456' }, 'WEAK_PASSWORD'],
    [{ ...GRACE, password: 'short' }, 'VALIDATION_FAILED'],
    [{ ...GRACE, password: '' }, 'VALIDATION_FAILED'],
    [{ ...GRACE, plan: 'enterprise' }, 'VALIDATION_FAILED'],
    [{ ...GRACE, isAdmin: true }, 'VALIDATION_FAILED'],
    [{ ...GRACE, name: undefined }, 'VALIDATION_FAILED'],
    [{ command: 'make-admin', email: 'nobody@example.com' }, 'USER_NOT_FOUND'],
    [{ command: 'reset-password', email: 'nobody@example.com' }, 'USER_NOT_FOUND'],
    [{ command: 'drop-tables' }, 'VALIDATION_FAILED'],
    [{}, 'VALIDATION_FAILED'],
    [null, 'VALIDATION_FAILED'],
    ['create-user', 'VALIDATION_FAILED'],
  ])('answers %j with %s and changes nothing', async (event, word) => {
    const { run, accounts } = operator();
    expect(await run(event)).toMatchObject({ error: word, detail: expect.stringMatching(/\w/) });
    expect([...accounts.people.values()]).toEqual([ADA]);
  });

  it('fails where nobody foresaw it, so that Lambda says so', async () => {
    const { run, accounts } = operator();
    jest.spyOn(accounts.accounts, 'create').mockRejectedValue(new Error('no table'));
    await expect(run({ ...GRACE, password: NEW_PASSWORD })).rejects.toThrow('no table');
  });
});
