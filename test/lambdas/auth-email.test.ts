import type { Mail } from '../../core/accounts/outbox.ts';
import { ADA, adasApi, from, NEW_PASSWORD, RIGHT } from '../fixtures/auth-api.ts';
import { APP_ORIGIN } from '../fixtures/events.ts';
import { personIdentity } from '../fixtures/identities.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

jest.mock('../../core/argon2id.ts', () => jest.requireActual<object>('../fixtures/quick-argon2id.ts'));

const NEW_EMAIL = 'lovelace@example.com';
const tokenIn = (mail: Mail | undefined): string => (mail !== undefined && 'token' in mail ? mail.token : '');

/** Ada, who is signed in twice, asked for another address. */
async function moving(email: string = NEW_EMAIL) {
  const api = adasApi();
  api.accounts.people.set('usr_2', { ...ADA, id: 'usr_2', email: 'eve@example.com' });
  await api.login(RIGHT);
  await api.login(RIGHT);
  const [current] = await api.sessions.list(ADA.id, api.clock.nowMs);
  const identity = personIdentity({ userId: ADA.id, sessionId: current?.id ?? '' });
  api.calls.length = 0;
  const asked = await api.post('email/change', { email, password: RIGHT }, { identity });
  const callsOfAsking = [...api.calls];
  const token = tokenIn(api.lastMail());
  const confirm = () => api.post('email/confirm', { token });
  return { ...api, current, identity, asked, callsOfAsking, token, confirm };
}

describe('Changing the address', () => {
  it('changes nothing before the new one is proven', async () => {
    const { asked, accounts, lastMail } = await moving();
    expect([asked.statusCode, parsed(asked)]).toEqual([202, { email: NEW_EMAIL, status: 'verification_sent' }]);
    expect(lastMail()).toEqual({
      kind: 'confirm-email',
      to: NEW_EMAIL,
      appOrigin: APP_ORIGIN,
      token: expect.stringMatching(/^c\.usr_1\.[\w-]{43}$/),
    });
    expect(accounts.people.get(ADA.id)).toEqual(ADA);
  });

  it('then signs in with the new one alone, tells the former, and keeps only the session that asked', async () => {
    const { confirm, login, lastMail, sessions, clock, current } = await moving();
    const answer = await confirm();
    expect([answer.statusCode, parsed(answer)]).toEqual([
      200,
      { user: expect.objectContaining({ id: ADA.id, email: NEW_EMAIL }) },
    ]);
    expect(lastMail()).toEqual({ kind: 'email-changed', to: ADA.email, appOrigin: APP_ORIGIN });
    expect((await sessions.list(ADA.id, clock.nowMs)).map(({ id }) => id)).toEqual([current?.id]);
    expect((await login(RIGHT, {}, ADA.email)).statusCode).toBe(401);
    expect((await login(RIGHT, {}, NEW_EMAIL)).statusCode).toBe(200);
  });

  it('answers, reads and writes the same for an address that somebody has; the mail tells them, without a token', async () => {
    const [free, taken, own] = [await moving(), await moving('eve@example.com'), await moving(ADA.email)];
    for (const world of [taken, own]) {
      expect(world.asked.statusCode).toBe(202);
      expect(world.callsOfAsking).toEqual(free.callsOfAsking);
      expect(world.lastMail()).toMatchObject({ kind: 'already-registered' });
      expect(world.token).toBe('');
    }
    expect(free.callsOfAsking).toEqual([
      'users.find',
      'attempts.take',
      'attempts.take',
      'attempts.succeed',
      'attempts.succeed',
      'attempts.take',
      'attempts.take',
      'users.findByEmail',
      'tokens.put',
    ]);
  });

  it('loses to somebody who got the address meanwhile, and ends nothing of the account', async () => {
    const { confirm, accounts, login } = await moving();
    accounts.people.set('usr_3', { ...ADA, id: 'usr_3', email: NEW_EMAIL });
    const answer = await confirm();
    expect([answer.statusCode, problemIn(answer).error]).toEqual([409, 'EMAIL_TAKEN']);
    expect((await login(RIGHT)).statusCode).toBe(200);
  });

  it('needs the right password', async () => {
    const { post, identity, accounts } = await moving();
    const mails = accounts.mails.length;
    const answer = await post('email/change', { email: NEW_EMAIL, password: 'wrong password' }, { identity });
    expect([answer.statusCode, problemIn(answer)['detail']]).toEqual([401, 'This is not your password.']);
    expect(accounts.mails).toHaveLength(mails);
  });

  it('sends five mails an hour to one address', async () => {
    const { post, identity } = await moving();
    const statuses = [];
    for (let time = 0; time < 6; time += 1) {
      const body = { email: NEW_EMAIL, password: RIGHT };
      statuses.push((await post('email/change', body, { identity, ...from(`198.51.100.${time}`) })).statusCode);
    }
    expect(statuses).toEqual([202, 202, 202, 202, 429, 429]);
  });

  it.each([
    ['twice', async ({ confirm }) => void (await confirm())],
    ['after a day', async ({ clock }) => void (clock.nowMs += 86_400_000)],
    [
      'after the password was changed',
      async ({ clock, post, identity }) => {
        clock.nowMs += 1;
        await post('password/change', { current_password: RIGHT, new_password: NEW_PASSWORD }, { identity });
      },
    ],
    ['for an account that is gone', async ({ accounts }) => void accounts.people.delete(ADA.id)],
  ] as readonly (readonly [string, (world: Awaited<ReturnType<typeof moving>>) => Promise<void>])[])(
    'cannot be confirmed %s',
    async (_, happen) => {
      const world = await moving();
      await happen(world);
      const answer = await world.confirm();
      expect([answer.statusCode, problemIn(answer).error]).toEqual([400, 'INVALID_TOKEN']);
    },
  );

  it('cannot be confirmed with a token that resets a password, nor the other way round', async () => {
    const { post, token, lastMail } = await moving();
    await post('password/forgot', { email: ADA.email });
    const resetToken = tokenIn(lastMail());
    expect(problemIn(await post('email/confirm', { token: resetToken })).error).toBe('INVALID_TOKEN');
    expect(problemIn(await post('password/reset', { token, password: NEW_PASSWORD })).error).toBe('INVALID_TOKEN');
  });
});
