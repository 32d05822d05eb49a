import { newOneTimeToken } from '../../core/accounts/one-time-token.ts';
import type { Mail } from '../../core/accounts/outbox.ts';
import { ACCOUNT_PAGES } from '../../web/account/pages.ts';
import { aWorkspace } from '../fixtures/accounts.ts';
import { ADA, adasApi, authApi, NEW_PASSWORD, RIGHT } from '../fixtures/auth-api.ts';
import { cyclingBytes } from '../fixtures/bytes.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { problemIn } from '../fixtures/problems.ts';
import { looked } from '../fixtures/quick-argon2id.ts';

jest.mock('../../core/argon2id.ts', () => jest.requireActual<object>('../fixtures/quick-argon2id.ts'));

type Api = ReturnType<typeof authApi>;

const tokenIn = (mail: Mail | undefined): string => (mail !== undefined && 'token' in mail ? mail.token : '');
const open = ({ call }: Api, page: string, query: Record<string, string>) =>
  call('GET', '/account/{page}', { params: { page }, query });
const send = ({ call }: Api, page: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  call('POST', '/account/{page}', {
    params: { page },
    body: new URLSearchParams(form).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  });
const headline = (html: string): string => /<h1>([^<]*)<\/h1>/.exec(html)?.[1] ?? '';
const alert = (html: string): string => /role="alert">([^<]*)</.exec(html)?.[1] ?? '';

describe('The page a mail leads to', () => {
  it.each(ACCOUNT_PAGES)('%s opens as a form and changes nothing: mail scanners open links too', async (page) => {
    const api = adasApi();
    const answer = await open(api, page, { token: 'v.x.y' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("form-action 'self'"),
    });
    expect(answer.body).toContain(`<form method="post" action="/account/${page}">`);
    expect(answer.body).toContain('name="token" value="v.x.y"');
    expect(api.calls).toEqual([]);
  });

  it('shows a token as text, whatever it is', async () => {
    const { body } = await open(authApi(), 'verify-email', { token: '"><script>alert(1)</script>' });
    expect(body).not.toContain('<script');
  });

  it('to ask for a mail opens without a token', async () => {
    const answer = await open(authApi(), 'forgot-password', {});
    expect([answer.statusCode, headline(answer.body)]).toEqual([200, 'Forgot your password?']);
    expect(answer.body).not.toContain('name="token"');
  });

  it('without a token says that the link does not work', async () => {
    const answer = await open(authApi(), 'verify-email', {});
    expect([answer.statusCode, headline(answer.body)]).toEqual([400, 'This link does not work any more']);
  });

  it.each(['nothing', '__proto__', 'constructor', ''])('is not %j', async (page) => {
    expect(problemIn(await open(authApi(), page, { token: 'x' })).error).toBe('NOT_FOUND');
    expect(problemIn(await send(authApi(), page, { token: 'x' })).error).toBe('NOT_FOUND');
  });
});

describe('Sending the form', () => {
  it('of verify-email makes the account, once', async () => {
    const api = authApi();
    await api.post('register', { email: 'grace@example.com', password: 'a nanosecond of wire', name: 'Grace' });
    const form = { token: tokenIn(api.lastMail()) };
    const done = await send(api, 'verify-email', form);
    expect([done.statusCode, headline(done.body)]).toEqual([200, 'Your account is ready']);
    expect(api.accounts.people.size).toBe(1);
    const again = await send(api, 'verify-email', form);
    expect([again.statusCode, headline(again.body)]).toEqual([400, 'This link does not work any more']);
  });

  it('of forgot-password sends a mail to a known address and to an unknown one, and says the same', async () => {
    for (const [email, kind] of [
      [ADA.email, 'reset-password'],
      ['nobody@example.com', 'no-account'],
    ] as const) {
      const api = adasApi();
      const done = await send(api, 'forgot-password', { email });
      expect([done.statusCode, headline(done.body)]).toEqual([200, 'Look into your mailbox']);
      expect(api.lastMail()).toMatchObject({ kind, to: email });
    }
  });

  it.each(['', 'ada', 'a@b@c'])('of forgot-password asks again for an address where it gets %j', async (email) => {
    const api = adasApi();
    const refused = await send(api, 'forgot-password', { email });
    expect([refused.statusCode, alert(refused.body)]).toEqual([400, 'Please enter your e-mail address.']);
    expect(api.lastMail()).toBeUndefined();
  });

  it('of reset-password asks again for a password that is refused, then sets it', async () => {
    const api = adasApi();
    await api.post('password/forgot', { email: ADA.email });
    const token = tokenIn(api.lastMail());
    for (const [password, message] of [
      ['short', 'The password must have 12 to 128 characters.'],
      ['x'.repeat(129), 'The password must have 12 to 128 characters.'],
      ['', 'The password must have 12 to 128 characters.'],
      ['qwerty123456', 'This password is among the ones that are tried first; choose another.'],
    ] as const) {
      const refused = await send(api, 'reset-password', { token, password });
      expect([refused.statusCode, alert(refused.body)]).toEqual([400, message]);
      expect(refused.body).toContain(`value="${token}"`);
      expect(refused.body).toContain('aria-invalid="true"');
    }
    const done = await send(api, 'reset-password', { token, password: NEW_PASSWORD });
    expect([done.statusCode, headline(done.body)]).toEqual([200, 'Your password was changed']);
    expect((await api.login(NEW_PASSWORD)).statusCode).toBe(200);
  });

  it('of confirm-email changes the address', async () => {
    const api = adasApi();
    await api.postAs(ADA, 'email/change', { email: 'lovelace@example.com', password: RIGHT });
    const done = await send(api, 'confirm-email', { token: tokenIn(api.lastMail()) });
    expect([done.statusCode, headline(done.body)]).toEqual([200, 'Your e-mail address was changed']);
    expect(api.accounts.people.get(ADA.id)?.email).toBe('lovelace@example.com');
  });

  it('of confirm-email says so where somebody has the address by now', async () => {
    const api = adasApi();
    await api.postAs(ADA, 'email/change', { email: 'lovelace@example.com', password: RIGHT });
    api.accounts.people.set('usr_2', { ...ADA, id: 'usr_2', email: 'lovelace@example.com' });
    const refused = await send(api, 'confirm-email', { token: tokenIn(api.lastMail()) });
    expect([refused.statusCode, refused.body]).toEqual([
      409,
      expect.stringContaining('Another account has this e-mail address.'),
    ]);
  });

  it('takes forms of a few fields only', async () => {
    const api = authApi();
    const json = { 'Content-Type': 'application/json' };
    expect(problemIn(await send(api, 'verify-email', { token: 'x' }, json)).error).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(problemIn(await send(api, 'verify-email', { token: 'x'.repeat(20_000) })).error).toBe('PAYLOAD_TOO_LARGE');
  });

  it.each(ACCOUNT_PAGES)('of %s never fails for what may be in it', async (page) => {
    for (const form of [
      {},
      { token: '' },
      { token: '\0' },
      { token: 'x'.repeat(10_000) },
      { __proto__: 'x', a: 'b' },
    ]) {
      const { statusCode, body } = await send(adasApi(), page, form as Record<string, string>);
      expect([400, 403]).toContain(statusCode);
      expect(body).toContain('<!doctype html>');
    }
  });

  it('sends no mail for a request around the edge', async () => {
    const api = adasApi();
    await api.post('password/forgot', { email: ADA.email });
    const token = tokenIn(api.lastMail());
    const form = { token, password: NEW_PASSWORD };
    const refused = await send(api, 'reset-password', form, { 'x-origin-verify': 'guess' });
    expect([refused.statusCode, headline(refused.body)]).toEqual([403, 'This did not work']);
    expect(api.accounts.people.get(ADA.id)).toEqual(ADA);
  });
});

describe('Accepting an invite on its page', () => {
  /** Ada is invited to a workspace. */
  function invited() {
    const { text: token, sha256: tokenSha256 } = newOneTimeToken('invite', 'ws_9~inv_1', cyclingBytes(1, 2, 3));
    const joined: string[] = [];
    const invite = {
      id: 'inv_1',
      workspaceId: 'ws_9',
      email: ADA.email,
      role: 'viewer',
      tokenSha256,
      createdAtMs: NOW_MS,
      expiresAtMs: NOW_MS + 1_000,
    } as const;
    const api = adasApi();
    api.deps.workspaces.find = async () => aWorkspace({ id: 'ws_9' });
    api.deps.invites.find = async () => invite;
    api.deps.invites.accept = async ({ email }, { userId }) => {
      if (api.accounts.people.get(userId)?.email !== email) return 'refused';
      joined.push(userId);
      return 'accepted';
    };
    api.accounts.people.set('usr_2', { ...ADA, id: 'usr_2', email: 'eve@example.com' });
    return { api, token, joined };
  }

  it('makes whoever shows the password of the invited address a member', async () => {
    const { api, token, joined } = invited();
    const done = await send(api, 'accept-invite', { token, email: ' ADA@example.com', password: RIGHT });
    expect([done.statusCode, headline(done.body), joined]).toEqual([200, 'You are a member now', [ADA.id]]);
    expect(api.calls).not.toContain('sessions.put');
  });

  it('is nothing to somebody with another address', async () => {
    const { api, token, joined } = invited();
    const refused = await send(api, 'accept-invite', { token, email: 'eve@example.com', password: RIGHT });
    expect([refused.statusCode, headline(refused.body), joined]).toEqual([400, 'This link does not work any more', []]);
  });

  it('looks at ten passwords, as anywhere', async () => {
    const { api, token, joined } = invited();
    looked.length = 0;
    const guess = () => send(api, 'accept-invite', { token, email: ADA.email, password: 'wrong password' });
    const first = await guess();
    expect([first.statusCode, alert(first.body)]).toEqual([401, expect.stringContaining('password is wrong')]);
    for (let time = 1; time < 12; time += 1) await guess();
    const locked = await send(api, 'accept-invite', { token, email: ADA.email, password: RIGHT });
    expect([locked.statusCode, alert(locked.body), locked.headers?.['retry-after']]).toEqual([
      429,
      'Too many wrong passwords were tried; the right one is refused too for 15 minutes.',
      '900',
    ]);
    expect([looked.length, joined]).toEqual([10, []]);
  });
});
