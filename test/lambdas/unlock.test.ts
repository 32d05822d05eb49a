import { opens } from '../../core/links/unlock-token.ts';
import { VIEWER_HEADERS } from '../../lambdas/viewer-headers.ts';
import { APP_ORIGIN, ORIGIN_SECRET, SHORT_ORIGIN } from '../fixtures/events.ts';
import { LINK_PASSWORD, NOW_MS, RIGHT_PASSWORD } from '../fixtures/links.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';
import { unlockApi } from '../fixtures/unlock-api.ts';

/** A password that is compared in no time. */
jest.mock('../../core/links/link-password.ts', () => ({
  ...jest.requireActual<object>('../../core/links/link-password.ts'),
  matchesLinkPassword: (password: string) => Promise.resolve(password === 'correct horse'),
}));

const SCOPE = { domain: 'default', code: 'aB7x3Kq', unlockKey: LINK_PASSWORD.unlockKey };

describe('Unlocking as a program', () => {
  it('answers the token, where to go with it, and a cookie for this link alone', async () => {
    const answer = await unlockApi().unlock(RIGHT_PASSWORD);
    const { unlock_token: token, redirect_url } = parsed(answer);
    expect(answer.statusCode).toBe(200);
    expect(opens(SCOPE, String(token), NOW_MS)).toBe(true);
    expect(redirect_url).toBe(`${SHORT_ORIGIN}/aB7x3Kq?unlock_token=${String(token)}`);
    expect(answer.multiValueHeaders?.['set-cookie']).toEqual([
      `signpost_unlock=${String(token)}; Path=/aB7x3Kq; Max-Age=3600; HttpOnly; SameSite=Lax; Secure`,
    ]);
    expect(JSON.stringify(answer)).not.toContain('secret.example');
  });

  it('needs no password for a link that has none', async () => {
    expect(parsed(await unlockApi({ password: null }).unlock('anything'))).toEqual({
      unlock_token: null,
      redirect_url: `${SHORT_ORIGIN}/aB7x3Kq`,
    });
  });

  it('tells what is left after each wrong password, then locks, for the right one too', async () => {
    const { unlock } = unlockApi();
    for (const left of [4, 3, 2, 1, 0]) {
      const answer = await unlock('wrong');
      expect([answer.statusCode, problemIn(answer)['attempts_remaining']]).toEqual([401, left]);
      expect(answer.body).not.toContain('secret.example');
    }
    const locked = await unlock(RIGHT_PASSWORD);
    expect([locked.statusCode, problemIn(locked).error, locked.headers?.['retry-after']]).toEqual([
      429,
      'UNLOCK_LOCKED',
      '600',
    ]);
    expect(locked.multiValueHeaders).toBeUndefined();
  });

  it.each([
    ['disabled', { status: 'disabled' }, 410, 'URL_DISABLED'],
    ['deleted', { status: 'deleted' }, 410, 'URL_DISABLED'],
    ['expired', { expiresAtMs: NOW_MS }, 410, 'URL_EXPIRED'],
  ] as const)('is refused for a link that is %s', async (_, link, status, word) => {
    const answer = await unlockApi(link).unlock(RIGHT_PASSWORD);
    expect([answer.statusCode, problemIn(answer).error]).toEqual([status, word]);
  });

  it.each(['nothing', 'no such', 'x'.repeat(5_000), '../x', ''])('is 404 for %.20j', async (code) => {
    expect(problemIn(await unlockApi().unlock('x', { params: { code } })).error).toBe('URL_NOT_FOUND');
  });

  it.each([
    ['no password', '{}', 'VALIDATION_FAILED'],
    ['an empty one', '{"password":""}', 'VALIDATION_FAILED'],
    ['a number', '{"password":5}', 'VALIDATION_FAILED'],
    ['too long a one', JSON.stringify({ password: 'x'.repeat(129) }), 'VALIDATION_FAILED'],
    ['a member nobody knows', '{"password":"x","client":"me"}', 'VALIDATION_FAILED'],
    ['megabytes', JSON.stringify({ password: 'x'.repeat(1_000_000) }), 'PAYLOAD_TOO_LARGE'],
    ['broken JSON', '{"password"', 'INVALID_JSON'],
  ])('with %s is refused and costs no attempt', async (_, body, word) => {
    const { call, unlock } = unlockApi();
    for (let repeat = 0; repeat < 6; repeat += 1) expect(problemIn(await call({ body })).error).toBe(word);
    expect(problemIn(await unlock('wrong'))['attempts_remaining']).toBe(4);
  });

  it('takes no form: another site cannot post one', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect(problemIn(await unlockApi().call({ body: 'password=x', headers })).error).toBe('UNSUPPORTED_MEDIA_TYPE');
  });
});

describe('A client', () => {
  const wrongTimes = async (
    unlock: ReturnType<typeof unlockApi>['unlock'],
    times: number,
    parts: (index: number) => object,
  ) => {
    for (let index = 0; index < times; index += 1) await unlock('wrong', parts(index));
  };

  it('is the viewer’s address where the edge vouches for it, so that others go on', async () => {
    const { unlock } = unlockApi();
    const from = (address: string) => ({
      headers: { 'x-origin-verify': ORIGIN_SECRET, [VIEWER_HEADERS.address]: address },
    });
    await wrongTimes(unlock, 5, () => from('198.51.100.1'));
    expect((await unlock(RIGHT_PASSWORD, from('198.51.100.1'))).statusCode).toBe(429);
    expect((await unlock(RIGHT_PASSWORD, from('198.51.100.2'))).statusCode).toBe(200);
  });

  it('is the last trusted hop otherwise: no header it makes up moves it', async () => {
    const { unlock } = unlockApi();
    const forged = (index: number) => ({
      headers: {
        'X-Forwarded-For': `203.0.113.${index}`,
        [VIEWER_HEADERS.address]: `203.0.113.${index}`,
        'CloudFront-Viewer-Address': `203.0.113.${index}:1`,
        'x-origin-verify': 'guess',
        Forwarded: `for=203.0.113.${index}`,
      },
    });
    await wrongTimes(unlock, 5, forged);
    expect((await unlock(RIGHT_PASSWORD, forged(99))).statusCode).toBe(429);
    expect((await unlock(RIGHT_PASSWORD, { sourceIp: '192.0.2.77' })).statusCode).toBe(200);
  });

  it('is kept as a hash: its address reaches no store', async () => {
    const { unlock, deps } = unlockApi();
    const take = jest.spyOn(deps.attempts, 'take');
    await unlock('wrong', { sourceIp: '203.0.113.42' });
    expect(JSON.stringify(take.mock.calls)).not.toContain('203.0.113');
  });
});

describe('The password page', () => {
  it('sends the browser back to the link with a cookie after the right password', async () => {
    const answer = await unlockApi().submit('password=correct+horse');
    expect(answer).toMatchObject({ statusCode: 303, headers: { location: '/aB7x3Kq' } });
    expect(answer.cookies).toEqual([
      expect.stringMatching(/^signpost_unlock=[\w.-]+; Path=\/aB7x3Kq; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/),
    ]);
  });

  it.each([
    [['wrong'], 401, 'Wrong password. 4 tries left.'],
    [['1', '2', '3', '4'], 401, 'Wrong password. One try left.'],
    [['1', '2', '3', '4', '5', 'correct horse'], 429, 'Too many tries. Wait 10 minutes, then try again.'],
    [[''], 400, 'Please type the password.'],
  ])('after %j says so', async (passwords, status, message) => {
    const { submit } = unlockApi();
    let answer = await submit(new URLSearchParams({ password: passwords[0] ?? '' }).toString());
    for (const password of passwords.slice(1)) answer = await submit(new URLSearchParams({ password }).toString());
    expect(answer).toMatchObject({
      statusCode: status,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'private, no-store' },
    });
    expect(answer.body).toContain(message);
    expect(answer.body).not.toMatch(/secret\.example|<script/);
    expect(answer.cookies).toBeUndefined();
  });

  it.each([
    '',
    'password',
    'other=x',
    '%',
    'password=%ff%fe',
    `password=${'x'.repeat(5_000)}`,
    'password=a&password=b',
    '<script>',
  ])('never fails for the form %.30j', async (form) => {
    const answer = await unlockApi().submit(form);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.body).not.toContain('<script');
  });

  it('takes forms only, and answers a program in its own form', async () => {
    const { submit } = unlockApi();
    const asProgram = { headers: { accept: 'application/json' } };
    expect(
      problemIn(
        await submit('{"password":"x"}', { headers: { ...asProgram.headers, 'content-type': 'application/json' } }),
      ).error,
    ).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(problemIn(await submit('password=wrong', asProgram)).error).toBe('INVALID_PASSWORD');
  });

  it.each(['"><script>alert(1)</script>', '../../x', 'no such'])('shows the code %j as text', async (code) => {
    const answer = await unlockApi().submit('password=x', {}, code);
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toContain('<script>');
  });

  it('sets a cookie without Secure where the door has no TLS, as on a laptop', async () => {
    const { cookies } = await unlockApi().submit('password=correct+horse', {
      headers: { 'x-forwarded-proto': 'http' },
    });
    expect(cookies?.[0]).not.toContain('Secure');
  });
});

describe('Both doors', () => {
  it('name themselves in problems, and lead to the short domain', async () => {
    const { unlock } = unlockApi();
    expect(String(problemIn(await unlock('wrong'))['type'])).toBe(`${APP_ORIGIN}/docs/errors/INVALID_PASSWORD`);
  });
});
