import type { Mail } from '../../core/accounts/outbox.ts';
import { ADA, adasApi, cookieHeaderAfter, from, NEW_PASSWORD, RIGHT } from '../fixtures/auth-api.ts';
import { APP_ORIGIN } from '../fixtures/events.ts';
import { personIdentity } from '../fixtures/identities.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';
import { looked, quickHash } from '../fixtures/quick-argon2id.ts';

jest.mock('../../core/argon2id.ts', () => jest.requireActual<object>('../fixtures/quick-argon2id.ts'));

const tokenIn = (mail: Mail | undefined): string => (mail !== undefined && 'token' in mail ? mail.token : '');

/** Ada with a session and a mail that lets her choose a new password. */
async function forgetful() {
  const api = adasApi();
  const session = await api.login(RIGHT);
  await api.post('password/forgot', { email: ADA.email });
  const reset = (body: object = {}) =>
    api.post('password/reset', { token: tokenIn(mail), password: NEW_PASSWORD, ...body });
  const mail = api.lastMail();
  const openSessions = async () => (await api.sessions.list(ADA.id, api.clock.nowMs)).length;
  return { ...api, session, mail, reset, openSessions };
}

describe('A forgotten password', () => {
  it('is answered, read and written the same whether the address is known or not; only the mail differs', async () => {
    const outcomes = [];
    for (const email of [ADA.email, 'nobody@example.com']) {
      const { post, calls, lastMail } = adasApi();
      const answer = await post('password/forgot', { email });
      outcomes.push({
        status: answer.statusCode,
        body: answer.body.replace(email, 'ADDRESS'),
        calls: [...calls],
        mail: lastMail()?.kind,
      });
    }
    const [known, unknown] = outcomes;
    expect(known).toEqual({
      status: 202,
      body: JSON.stringify({ email: 'ADDRESS', status: 'mail_sent' }),
      calls: ['attempts.take', 'attempts.take', 'users.findByEmail', 'tokens.put'],
      mail: 'reset-password',
    });
    expect({ ...unknown, mail: '' }).toEqual({ ...known, mail: '' });
    expect(unknown?.mail).toBe('no-account');
  });

  it.each(['suspended', 'deleted'] as const)('of an account that is %s brings no token', async (status) => {
    const { post, accounts, lastMail } = adasApi();
    accounts.people.set(ADA.id, { ...ADA, status });
    await post('password/forgot', { email: ADA.email });
    expect(lastMail()?.kind).toBe('no-account');
  });

  it('is replaced with the token of the mail: all sessions end, the new one is good, the owner is told', async () => {
    const { reset, login, mail, lastMail, openSessions } = await forgetful();
    expect(mail).toEqual({
      kind: 'reset-password',
      to: ADA.email,
      appOrigin: APP_ORIGIN,
      token: expect.stringMatching(/^r\.usr_1\.[\w-]{43}$/),
    });
    const answer = await reset();
    expect([answer.statusCode, answer.body, await openSessions()]).toEqual([204, '', 0]);
    expect(lastMail()).toEqual({ kind: 'password-changed', to: ADA.email, appOrigin: APP_ORIGIN });
    expect((await login(RIGHT)).statusCode).toBe(401);
    expect((await login(NEW_PASSWORD)).statusCode).toBe(200);
  });

  it('is replaced once, by one of ten who send the token at the same moment', async () => {
    const { reset } = await forgetful();
    const answers = await Promise.all(Array.from({ length: 10 }, () => reset()));
    expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1);
    expect(answers.filter(({ statusCode }) => statusCode === 400)).toHaveLength(9);
  });

  it('lets in again whom wrong passwords had locked out', async () => {
    const { reset, login, clock } = await forgetful();
    for (let guess = 0; guess < 12; guess += 1) await login('wrong password', from(`198.51.100.${guess}`));
    expect((await login(RIGHT)).statusCode).toBe(429);
    clock.nowMs += 1_000;
    await reset();
    expect((await login(NEW_PASSWORD)).statusCode).toBe(200);
  });

  it('keeps its token after a password that is refused', async () => {
    const { reset } = await forgetful();
    expect(problemIn(await reset({ password: 'qwerty123456' })).error).toBe('WEAK_PASSWORD');
    expect(problemIn(await reset({ password: ADA.email })).error).toBe('WEAK_PASSWORD');
    expect(problemIn(await reset({ password: 'short' })).error).toBe('VALIDATION_FAILED');
    expect((await reset()).statusCode).toBe(204);
  });

  it.each([
    ['after an hour', async ({ clock }) => void (clock.nowMs += 3_600_000)],
    ['after it was used', async ({ reset }) => void (await reset())],
    [
      'after the password was changed otherwise',
      async ({ clock, postAs }) => {
        clock.nowMs += 1;
        await postAs(ADA, 'password/change', { current_password: RIGHT, new_password: 'meanwhile another' });
      },
    ],
    [
      'of an account with another address by now',
      async ({ accounts }) => void accounts.people.set(ADA.id, { ...ADA, email: 'l@example.com' }),
    ],
    [
      'of an account that is suspended',
      async ({ accounts }) => void accounts.people.set(ADA.id, { ...ADA, status: 'suspended' }),
    ],
    ['of an account that is gone', async ({ accounts }) => void accounts.people.delete(ADA.id)],
  ] as readonly (readonly [string, (world: Awaited<ReturnType<typeof forgetful>>) => Promise<void>])[])(
    'has a token that is nothing %s',
    async (_, happen) => {
      const world = await forgetful();
      await happen(world);
      const before = world.accounts.people.get(ADA.id);
      world.calls.length = 0;
      const answer = await world.reset({ password: 'the very last phrase' });
      expect([answer.statusCode, problemIn(answer).error]).toEqual([400, 'INVALID_TOKEN']);
      expect(world.accounts.people.get(ADA.id)).toEqual(before);
      expect(world.calls).not.toContain('sessions.endAll');
    },
  );

  it('ends a session, too, that a thief opens with the former one at the last moment', async () => {
    const { reset, login, deps, openSessions } = await forgetful();
    const original = { ...deps.changes };
    jest.spyOn(deps.changes, 'setPassword').mockImplementationOnce(async (...change) => {
      expect((await login(RIGHT, from('203.0.113.66'))).statusCode).toBe(200);
      return original.setPassword(...change);
    });
    expect((await reset()).statusCode).toBe(204);
    expect(await openSessions()).toBe(0);
  });

  it('leaves no session when the function dies right after the change', async () => {
    const { reset, deps, openSessions, login } = await forgetful();
    const original = { ...deps.sessions };
    const ended = jest.spyOn(deps.sessions, 'endAll').mockImplementationOnce((...all) => original.endAll(...all));
    ended.mockRejectedValueOnce(new Error('socket hang up'));
    expect((await reset()).statusCode).toBe(503);
    expect(await openSessions()).toBe(0);
    expect((await login(RIGHT)).statusCode).toBe(401);
  });

  it('makes strangers of the devices of whoever had the former password', async () => {
    const { reset, login, clock } = await forgetful();
    const thiefs = [];
    for (let device = 0; device < 5; device += 1) thiefs.push(cookieHeaderAfter(await login(RIGHT)));
    clock.nowMs += 1;
    expect((await reset()).statusCode).toBe(204);
    looked.length = 0;
    for (let guess = 0; guess < 25; guess += 1) {
      const { headers } = from(`203.0.113.${guess}`);
      await login('wrong password', { headers: { ...headers, cookie: thiefs[guess % thiefs.length] ?? '' } });
    }
    expect(looked).toHaveLength(10);
  });

  it('ends no session and changes nothing for a token that is made up', async () => {
    const { reset, openSessions } = await forgetful();
    for (const token of ['', 'x', `r.usr_1.${'A'.repeat(43)}`, `r.usr_1.${'A'.repeat(44)}`])
      expect((await reset({ token })).statusCode).toBe(400);
    expect(await openSessions()).toBe(1);
  });
});

describe('Changing the password', () => {
  /** Ada in two sessions. */
  async function twice() {
    const api = adasApi();
    await api.login(RIGHT);
    await api.login(RIGHT);
    const [current, other] = await api.sessions.list(ADA.id, api.clock.nowMs);
    const identity = personIdentity({ userId: ADA.id, sessionId: current?.id ?? '' });
    const change = (current_password: string, new_password: string, headers: Record<string, string> = {}) =>
      api.post('password/change', { current_password, new_password }, { identity, headers });
    return { ...api, current, other, change, identity };
  }

  it('keeps this session, ends the others, and tells the owner', async () => {
    const { change, sessions, clock, current, login, lastMail } = await twice();
    clock.nowMs += 1;
    const answer = await change(RIGHT, NEW_PASSWORD);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect((await sessions.list(ADA.id, clock.nowMs)).map(({ id }) => id)).toEqual([current?.id]);
    expect(lastMail()).toEqual({ kind: 'password-changed', to: ADA.email, appOrigin: APP_ORIGIN });
    expect((await login(RIGHT)).statusCode).toBe(401);
    expect((await login(NEW_PASSWORD)).statusCode).toBe(200);
  });

  it('needs the right password, and guessing it counts as anywhere', async () => {
    const { change, accounts, login } = await twice();
    looked.length = 0;
    const words = [];
    for (let guess = 0; guess < 12; guess += 1)
      words.push(problemIn(await change('wrong password', NEW_PASSWORD)).error);
    expect(words).toEqual([
      ...Array.from({ length: 10 }, () => 'INVALID_CREDENTIALS'),
      'SIGN_IN_LOCKED',
      'SIGN_IN_LOCKED',
    ]);
    expect(looked).toHaveLength(10);
    expect((await login(RIGHT, from('203.0.113.9'))).statusCode).toBe(429);
    expect(accounts.people.get(ADA.id)?.passwordHash).toBe(quickHash(RIGHT));
  });

  it('is possible from a known device while others guess', async () => {
    const { change, login, clock } = await twice();
    const cookie = cookieHeaderAfter(await login(RIGHT));
    for (let guess = 0; guess < 12; guess += 1) await login('wrong password', from(`198.51.100.${guess}`));
    clock.nowMs += 1;
    expect((await change(RIGHT, NEW_PASSWORD)).statusCode).toBe(429);
    expect((await change(RIGHT, NEW_PASSWORD, { cookie })).statusCode).toBe(204);
  });

  it('leaves of known devices this one only', async () => {
    const { change, login, clock } = await twice();
    const [here, elsewhere] = [cookieHeaderAfter(await login(RIGHT)), cookieHeaderAfter(await login(RIGHT))];
    clock.nowMs += 1;
    expect((await change(RIGHT, NEW_PASSWORD, { cookie: here })).statusCode).toBe(204);
    for (let guess = 0; guess < 12; guess += 1) await login('wrong password', from(`198.51.100.${guess}`));
    expect((await login(NEW_PASSWORD, { headers: { cookie: elsewhere } })).statusCode).toBe(429);
    expect((await login(NEW_PASSWORD, { headers: { cookie: here } })).statusCode).toBe(200);
  });

  it.each([
    ['short', 'VALIDATION_FAILED'],
    ['qwerty123456', 'WEAK_PASSWORD'],
    [ADA.email, 'WEAK_PASSWORD'],
  ])('to %s is refused', async (password, word) => {
    const { change, accounts } = await twice();
    const problem = problemIn(await change(RIGHT, password));
    expect(problem.error).toBe(word);
    if (word === 'VALIDATION_FAILED') expect(problem['errors']).toMatchObject([{ path: 'new_password' }]);
    expect(accounts.people.get(ADA.id)).toEqual(ADA);
  });

  it('lets one of two that are sent at once win', async () => {
    const { change, login, clock } = await twice();
    clock.nowMs += 1;
    const answers = await Promise.all([change(RIGHT, NEW_PASSWORD), change(RIGHT, 'yet another phrase')]);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([204, 401]));
    const good = await Promise.all([login(NEW_PASSWORD), login('yet another phrase')]);
    expect(good.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  });

  it('is for whoever is signed in as a person', async () => {
    const { post } = await twice();
    const answer = await post('password/change', { current_password: RIGHT, new_password: NEW_PASSWORD });
    expect(problemIn(answer).error).toBe('UNAUTHENTICATED');
    expect(parsed(answer)['user']).toBeUndefined();
  });
});
