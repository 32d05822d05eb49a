import { hashGate } from '../../core/accounts/hash-gate.ts';
import { ADA, adasApi, cookieHeaderAfter, cookiesSetBy, from, RIGHT } from '../fixtures/auth-api.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';
import { looked } from '../fixtures/quick-argon2id.ts';

jest.mock('../../core/argon2id.ts', () => jest.requireActual<object>('../fixtures/quick-argon2id.ts'));
beforeEach(() => {
  looked.length = 0;
});

const QUARTER_MS = 900_000;

describe('Signing in', () => {
  it('opens a session: a token in the body, tokens in cookies no script reads, the refresh token there alone', async () => {
    const { login, sessions, clock } = adasApi();
    const answer = await login(RIGHT, { headers: { 'User-Agent': 'Mozilla/5.0 (test)', 'x-viewer-country': 'AT' } });
    const [session] = await sessions.list(ADA.id, clock.nowMs);
    expect([answer.statusCode, parsed(answer)]).toEqual([
      200,
      {
        access_token: `jwt.${ADA.id}.${session?.id}`,
        token_type: 'Bearer',
        expires_in: 900,
        user: expect.objectContaining({ id: ADA.id, email: ADA.email }),
      },
    ]);
    expect(session).toMatchObject({ userAgent: 'Mozilla/5.0 (test)', country: 'AT' });
    const cookies = cookiesSetBy(answer);
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual([
      '__Host-signpost_access',
      '__Host-signpost_refresh',
      '__Host-signpost_device',
    ]);
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    expect(answer.body).not.toContain('sr.');
    expect(answer.body).not.toContain('argon2');
    expect(answer.headers?.['cache-control']).toBe('no-store');
  });

  it('takes the address in any case, and by the earlier paths', async () => {
    const { call } = adasApi();
    const body = JSON.stringify({ email: 'ADA@Example.com', password: RIGHT });
    for (const path of ['/v1/auth/login', '/auth/login', '/users/authenticate'])
      expect((await call('POST', path, { body })).statusCode).toBe(200);
  });

  it.each([
    ['a wrong password', ADA.email, 'wrong password', ADA],
    ['an address nobody has', 'nobody@example.com', RIGHT, ADA],
    ['a suspended account', ADA.email, RIGHT, { ...ADA, status: 'suspended' }],
    ['an account that is being erased', ADA.email, RIGHT, { ...ADA, status: 'deleted' }],
  ] as const)(
    'with %s is one and the same refusal: same reads, attempts, hash and answer',
    async (_, email, password, ada) => {
      const { login, calls, accounts } = adasApi();
      accounts.people.set(ada.id, ada);
      const answer = await login(password, {}, email);
      expect([answer.statusCode, problemIn(answer)]).toEqual([
        401,
        {
          type: 'https://app.example.com/docs/errors/INVALID_CREDENTIALS',
          title: 'Invalid credentials',
          status: 401,
          detail: 'E-mail address or password is wrong, or the address was not verified yet.',
          error: 'INVALID_CREDENTIALS',
          request_id: 'req-1',
        },
      ]);
      expect(calls).toEqual(['users.findByEmail', 'attempts.take', 'attempts.take']);
      expect(looked).toEqual([password]);
      expect(cookiesSetBy(answer)).toEqual([]);
    },
  );

  it.each([
    ['no password', { email: ADA.email }],
    ['a password that is no text', { email: ADA.email, password: { $ne: '' } }],
    ['an address that is none', { email: 'ada', password: RIGHT }],
    ['a member nobody knows', { email: ADA.email, password: RIGHT, remember_me: true }],
  ])('with %s is refused, and costs no attempt', async (_, body) => {
    const { post, calls } = adasApi();
    expect(problemIn(await post('login', body)).error).toBe('VALIDATION_FAILED');
    expect([calls, looked]).toEqual([[], []]);
  });

  it('takes no form: another site cannot sign a browser in', async () => {
    const answer = await adasApi().call('POST', '/v1/auth/login', {
      body: `email=${ADA.email}&password=${RIGHT}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(problemIn(answer).error).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  it('renews a hash of former parameters, which is the same password still', async () => {
    const { login, accounts } = adasApi();
    accounts.people.set(ADA.id, { ...ADA, passwordHash: ADA.passwordHash.replace('m=19456', 'm=4096') });
    expect((await login(RIGHT)).statusCode).toBe(200);
    expect(accounts.people.get(ADA.id)).toEqual(ADA);
  });

  it('leaves no address, password or token in a log', async () => {
    const { login, lines, deps } = adasApi();
    jest.spyOn(deps.devices, 'remember').mockRejectedValue(new Error('ThrottlingException'));
    expect((await login(RIGHT)).statusCode).toBe(503);
    expect(JSON.stringify(lines)).not.toMatch(/ada@|correct horse|sr\.|usr_/);
    expect(lines).toHaveLength(1);
  });
});

describe('Guessing at one account', () => {
  it.each([
    ['with an account', ADA.email],
    ['without one', 'nobody@example.com'],
  ])('%s is looked at ten times of two hundred at once from as many addresses', async (_, email) => {
    const { login } = adasApi();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => login(`guess ${index}`, from(`198.51.100.${index}`), email)),
    );
    expect(looked).toHaveLength(10);
    const words = answers.map((answer) => problemIn(answer).error);
    expect(words.filter((word) => word === 'INVALID_CREDENTIALS')).toHaveLength(10);
    expect(words.filter((word) => word === 'SIGN_IN_LOCKED')).toHaveLength(190);
    const locked = answers.find((answer) => answer.statusCode === 429);
    expect([locked?.headers?.['retry-after'], locked && problemIn(locked)['detail']]).toEqual([
      '900',
      'Too many wrong passwords were tried; the right one is refused too for 15 minutes.',
    ]);
  });

  it('locks the right password out too, until the window ends and not a moment earlier', async () => {
    const { login, clock } = adasApi();
    for (let guess = 0; guess < 10; guess += 1) await login('wrong password', from(`198.51.100.${guess}`));
    expect((await login(RIGHT)).statusCode).toBe(429);
    clock.nowMs += QUARTER_MS - 1;
    expect((await login(RIGHT)).statusCode).toBe(429);
    clock.nowMs += 1;
    expect((await login(RIGHT)).statusCode).toBe(200);
  });

  it('ends for good after a hundred in a row, for all but who resets the password', async () => {
    const { login, clock } = adasApi();
    for (let quarter = 0; quarter < 15; quarter += 1) {
      for (let guess = 0; guess < 12; guess += 1) await login('wrong password', from(`198.51.${quarter}.${guess}`));
      clock.nowMs += QUARTER_MS;
    }
    expect(looked).toHaveLength(100);
    const locked = await login(RIGHT);
    expect(problemIn(locked)).toMatchObject({
      error: 'SIGN_IN_LOCKED',
      detail: 'Too many wrong passwords were tried in a row; reset the password to sign in again.',
    });
  });

  it('begins anew after a right password, which costs no attempt', async () => {
    const { login, clock } = adasApi();
    for (let day = 0; day < 30; day += 1) {
      for (let guess = 0; guess < 9; guess += 1) await login('wrong password', from(`198.51.${day}.${guess}`));
      expect((await login(RIGHT, from(`203.0.113.${day}`))).statusCode).toBe(200);
      clock.nowMs += QUARTER_MS;
    }
  });

  it('does not keep out a device its person signed in with before, which has attempts of its own', async () => {
    const { login } = adasApi();
    const cookie = cookieHeaderAfter(await login(RIGHT));
    const known = { headers: { cookie } };
    for (let guess = 0; guess < 20; guess += 1) await login('wrong password', from(`198.51.100.${guess}`));
    expect((await login(RIGHT, from('203.0.113.1'))).statusCode).toBe(429);
    const answer = await login(RIGHT, known);
    expect(answer.statusCode).toBe(200);
    expect(cookieHeaderAfter(answer)).toContain(/__Host-signpost_device=[\w-]+/.exec(cookie)?.[0]);

    looked.length = 0;
    for (let guess = 0; guess < 20; guess += 1) await login('wrong password', known);
    expect(looked).toHaveLength(10);
    expect((await login(RIGHT, known)).statusCode).toBe(429);
  });

  it.each([
    ['made up', (guess: number) => Buffer.alloc(32, guess).toString('base64url')],
    ['malformed', (guess: number) => `../../${guess}`],
    ['somebody else’s', (_: number, theirs: string) => theirs],
  ])('is not eased by a device cookie that is %s', async (_, tokenOf) => {
    const { login, accounts } = adasApi();
    accounts.people.set('usr_2', { ...ADA, id: 'usr_2', email: 'eve@example.com' });
    const evesCookies = cookieHeaderAfter(await login(RIGHT, {}, 'eve@example.com'));
    const theirs = /__Host-signpost_device=([\w-]+)/.exec(evesCookies)?.[1] ?? '';
    looked.length = 0;
    for (let guess = 0; guess < 10; guess += 1) await login('wrong password', from(`198.51.100.${guess}`));
    for (let guess = 0; guess < 30; guess += 1) {
      const cookie = `__Host-signpost_device=${tokenOf(guess, theirs)}`;
      await login('wrong password', { headers: { cookie, ...from(`203.0.113.${guess}`).headers } });
    }
    expect(looked).toHaveLength(10);
  });

  it('on a device that two people share is counted for each of them', async () => {
    const { login, accounts } = adasApi();
    accounts.people.set('usr_2', { ...ADA, id: 'usr_2', email: 'eve@example.com' });
    const adas = cookieHeaderAfter(await login(RIGHT));
    const shared = { headers: { cookie: /__Host-signpost_device=[\w-]+/.exec(adas)?.[0] ?? '' } };
    const eves = await login(RIGHT, shared, 'eve@example.com');
    expect(cookieHeaderAfter(eves)).not.toContain(shared.headers.cookie);
    for (let guess = 0; guess < 12; guess += 1) await login('wrong password', shared);
    expect((await login(RIGHT, shared)).statusCode).toBe(429);
    expect((await login(RIGHT, { headers: { cookie: cookieHeaderAfter(eves) } }, 'eve@example.com')).statusCode).toBe(
      200,
    );
  });
});

describe('A client', () => {
  it('guesses fifty times at however many accounts, then none, and locks no account by it', async () => {
    const { login } = adasApi();
    for (let guess = 0; guess < 60; guess += 1)
      await login('wrong password', from('203.0.113.7'), `person${guess}@example.com`);
    expect(looked).toHaveLength(50);
    expect((await login(RIGHT, from('203.0.113.7'))).statusCode).toBe(429);
    expect((await login(RIGHT, from('203.0.113.8'))).statusCode).toBe(200);
  });
});

describe('A flood of sign-ins', () => {
  it('is turned away with Retry-After before it costs a read or an attempt, beyond what is worked on and waits', async () => {
    const { login, calls } = adasApi({ hashGate: hashGate({ atOnce: 1, waiting: 2 }) });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        login('wrong password', from(`198.51.100.${index}`), `p${index}@example.com`),
      ),
    );
    const turnedAway = answers.filter(({ statusCode }) => statusCode === 503);
    expect(turnedAway).toHaveLength(17);
    expect([problemIn(turnedAway[0] ?? { body: '{}' }).error, turnedAway[0]?.headers?.['retry-after']]).toEqual([
      'SERVICE_UNAVAILABLE',
      '2',
    ]);
    expect(calls.filter((name) => name === 'attempts.take')).toHaveLength(6);
    expect(calls.filter((name) => name === 'users.findByEmail')).toHaveLength(3);
  });
});
