import type { Mail } from '../../core/accounts/outbox.ts';
import { VIEWER_HEADERS } from '../../lambdas/viewer-headers.ts';
import { ADA, adasApi, authApi, from, NEW_PASSWORD } from '../fixtures/auth-api.ts';
import { APP_ORIGIN } from '../fixtures/events.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';
import { hashed } from '../fixtures/quick-argon2id.ts';

jest.mock('../../core/argon2id.ts', () => jest.requireActual<object>('../fixtures/quick-argon2id.ts'));

const GRACE = { email: 'grace@example.com', password: 'a nanosecond of wire', name: 'Grace' };
const tokenIn = (mail: Mail | undefined): string => (mail !== undefined && 'token' in mail ? mail.token : '');

describe('Registering', () => {
  it('sends a mail, and the address counts once it was answered', async () => {
    const { post, login, lastMail, accounts } = authApi();
    const answer = await post('register', { ...GRACE, email: ' Grace@Example.COM ' });
    expect([answer.statusCode, parsed(answer)]).toEqual([
      201,
      { email: 'grace@example.com', status: 'verification_sent' },
    ]);
    expect(lastMail()).toEqual({
      kind: 'verify-email',
      to: 'grace@example.com',
      appOrigin: APP_ORIGIN,
      name: 'Grace',
      token: expect.stringMatching(/^v\.[0-9a-f]{64}\.[\w-]{43}$/),
    });
    expect(problemIn(await login(GRACE.password, {}, GRACE.email)).error).toBe('INVALID_CREDENTIALS');

    const verified = await post('verify-email', { token: tokenIn(lastMail()) });
    const { user } = parsed(verified) as { user: Record<string, unknown> };
    expect([verified.statusCode, user]).toEqual([
      200,
      {
        id: expect.stringMatching(/^usr_[0-9a-z]{22}$/),
        email: 'grace@example.com',
        email_verified: true,
        name: 'Grace',
        is_admin: false,
        status: 'active',
        personal_workspace_id: expect.stringMatching(/^ws_[0-9a-z]{22}$/),
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    ]);
    expect(accounts.made[0]).toMatchObject({
      workspace: { name: 'Grace', plan: 'free', ownerId: user['id'] },
      member: { role: 'owner' },
      auditEntry: { action: 'workspace.created' },
    });
    expect((await login(GRACE.password, {}, GRACE.email)).statusCode).toBe(200);
  });

  it('answers, reads, hashes and writes the same whether the address is known or not; only the mail differs', async () => {
    const outcomes = [];
    for (const email of [ADA.email, 'new1@example.com']) {
      const { post, calls, lastMail } = adasApi();
      hashed.length = 0;
      const answer = await post('register', { ...GRACE, email });
      const { 'x-request-id': _, ...headers } = answer.headers ?? {};
      outcomes.push({
        status: answer.statusCode,
        headers,
        body: answer.body.replace(email, 'ADDRESS'),
        calls: [...calls],
        hashes: hashed.length,
        mail: lastMail()?.kind,
      });
    }
    const [known, unknown] = outcomes;
    expect(known).toMatchObject({
      status: 201,
      calls: ['attempts.take', 'attempts.take', 'users.findByEmail', 'registrations.put'],
      hashes: 1,
      mail: 'already-registered',
    });
    expect({ ...unknown, mail: '' }).toEqual({ ...known, mail: '' });
    expect(unknown?.mail).toBe('verify-email');
  });

  it('takes nothing from whoever has the address', async () => {
    const { post, login, accounts } = adasApi();
    await post('register', { email: ADA.email, password: NEW_PASSWORD, name: 'Eve' });
    expect(accounts.people.get(ADA.id)).toEqual(ADA);
    expect((await login(NEW_PASSWORD)).statusCode).toBe(401);
  });

  it('makes one account of two registrations of an address', async () => {
    const { post, accounts } = authApi();
    await post('register', GRACE);
    await post('register', { ...GRACE, name: 'Hopper' });
    const [first, second] = accounts.mails.map(tokenIn);
    expect((await post('verify-email', { token: second })).statusCode).toBe(200);
    expect(problemIn(await post('verify-email', { token: first })).error).toBe('INVALID_TOKEN');
    expect([...accounts.people.values()].map(({ name }) => name)).toEqual(['Hopper']);
  });

  it.each([
    ['used before', (token: string) => token, 0],
    ['too old', (token: string) => token, 86_400_000],
    ['cut off', (token: string) => token.slice(0, -1), 0],
    ['of another address', (token: string) => token.replace(/[0-9a-f]{64}/, 'f'.repeat(64)), 0],
    ['of another kind', (token: string) => token.replace('v.', 'r.'), 0],
    ['made up', () => `v.${'0'.repeat(64)}.${'A'.repeat(43)}`, 0],
    ['a NUL', () => '\0', 0],
  ] as const)('is not finished by a token that is %s', async (name, change, laterMs) => {
    const { post, lastMail, clock } = authApi();
    await post('register', GRACE);
    const token = tokenIn(lastMail());
    if (name === 'used before') await post('verify-email', { token });
    clock.nowMs += laterMs;
    const answer = await post('verify-email', { token: change(token) });
    expect([answer.statusCode, problemIn(answer).error]).toEqual([400, 'INVALID_TOKEN']);
  });

  it.each([
    ['a short password', { password: 'elevenchars' }, 'VALIDATION_FAILED', 'password'],
    ['a password that is short in characters', { password: '🦊'.repeat(7) }, 'VALIDATION_FAILED', 'password'],
    ['a long password', { password: `${'x'.repeat(128)}y` }, 'VALIDATION_FAILED', 'password'],
    ['a common password', { password: 'Qwerty123456' }, 'WEAK_PASSWORD', null],
    ['the address as password', { password: 'GRACE@example.com' }, 'WEAK_PASSWORD', null],
    ['no address', { email: 'grace' }, 'VALIDATION_FAILED', 'email'],
    ['a second address', { email: 'grace@example.com,eve@example.com' }, 'VALIDATION_FAILED', 'email'],
    ['a header in the address', { email: 'grace@example.com\r\nBcc: eve@example.com' }, 'VALIDATION_FAILED', 'email'],
    ['no name', { name: '' }, 'VALIDATION_FAILED', 'name'],
    ['a name of spaces', { name: '   ' }, 'VALIDATION_FAILED', 'name'],
    ['a name of two lines', { name: 'Grace\nHopper' }, 'VALIDATION_FAILED', 'name'],
    ['a long name', { name: 'x'.repeat(101) }, 'VALIDATION_FAILED', 'name'],
    ['a role', { is_admin: true }, 'VALIDATION_FAILED', 'is_admin'],
    ['an id', { id: 'usr_1' }, 'VALIDATION_FAILED', 'id'],
    ['a plan', { plan: 'unlimited' }, 'VALIDATION_FAILED', 'plan'],
  ] as const)('with %s is refused, and nothing is sent', async (_, members, word, path) => {
    const { post, accounts, calls } = authApi();
    const problem = problemIn(await post('register', { ...GRACE, ...members }));
    expect([problem.error, (problem['errors'] as { path: string }[] | undefined)?.[0]?.path ?? null]).toEqual([
      word,
      path,
    ]);
    expect([accounts.mails, calls]).toEqual([[], []]);
  });

  it.each([
    ['10 KB', 'x'.repeat(10_000), 'VALIDATION_FAILED'],
    ['a megabyte', 'x'.repeat(1_000_000), 'PAYLOAD_TOO_LARGE'],
  ])('with %s of password is refused before anything is hashed', async (_, password, word) => {
    hashed.length = 0;
    expect(problemIn(await authApi().post('register', { ...GRACE, password })).error).toBe(word);
    expect(hashed).toEqual([]);
  });

  it('is closed where administrators make all accounts', async () => {
    const { post, accounts } = authApi({ isRegistrationOpen: false });
    const answer = await post('register', GRACE);
    expect([answer.statusCode, problemIn(answer).error]).toEqual([403, 'REGISTRATION_CLOSED']);
    expect(accounts.mails).toEqual([]);
  });

  it('mails links to the door of the edge only: a request around it gets none sent', async () => {
    const { post, accounts } = authApi();
    const around: readonly Record<string, string>[] = [
      { 'x-origin-verify': 'guess', 'X-Forwarded-Host': 'evil.example' },
      { 'x-origin-verify': '', Host: 'evil.example' },
    ];
    for (const headers of around) {
      for (const [route, body] of [
        ['register', GRACE],
        ['password/forgot', { email: ADA.email }],
      ] as const) {
        const answer = await post(route, body, { headers });
        expect([answer.statusCode, problemIn(answer).error]).toEqual([403, 'FORBIDDEN']);
      }
    }
    expect(accounts.mails).toEqual([]);
  });
});

describe('Mails that anybody can have sent', () => {
  it('are five an hour for an address, known or not, by whatever way they are asked for', async () => {
    for (const email of [ADA.email, 'new2@example.com']) {
      const { post, accounts, clock } = adasApi();
      const ask = (index: number) =>
        index % 2 === 0
          ? post('register', { ...GRACE, email }, from(`198.51.100.${index}`))
          : post('password/forgot', { email }, from(`198.51.100.${index}`));
      for (let index = 0; index < 5; index += 1) expect((await ask(index)).statusCode).toBeLessThan(300);
      const refused = await ask(5);
      expect([refused.statusCode, problemIn(refused).error, refused.headers?.['retry-after']]).toEqual([
        429,
        'RATE_LIMIT_EXCEEDED',
        '3600',
      ]);
      clock.nowMs += 3_600_000;
      expect((await ask(6)).statusCode).toBeLessThan(300);
      expect(accounts.mails).toHaveLength(6);
    }
  });

  it('are twenty an hour for a client, and a network of IPv6 is one client', async () => {
    const { post } = authApi();
    const ask = (index: number, address: string) =>
      post('register', { ...GRACE, email: `grace${index}@example.com` }, from(address));
    for (let index = 0; index < 20; index += 1)
      expect((await ask(index, `2001:db8:1:2:${index.toString(16)}::1`)).statusCode).toBe(201);
    expect((await ask(20, '2001:DB8:0001:2::ffff')).statusCode).toBe(429);
    expect((await ask(21, '2001:db8:1:3::1')).statusCode).toBe(201);
  });

  it('count for the viewer the edge vouches for, whatever else a client writes', async () => {
    const { deps, post } = authApi();
    const take = jest.spyOn(deps.attempts, 'take');
    const clients = [];
    for (let index = 0; index < 3; index += 1) {
      take.mockClear();
      await post(
        'register',
        { ...GRACE, email: `grace${index}@example.com` },
        { headers: { [VIEWER_HEADERS.address]: '203.0.113.42', 'X-Forwarded-For': `198.51.100.${index}` } },
      );
      clients.push(take.mock.calls[0]?.[1]);
      expect(JSON.stringify(take.mock.calls)).not.toMatch(/203\.0\.113|198\.51|grace/);
    }
    expect(new Set(clients).size).toBe(1);
  });
});
