import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { signAccessToken } from '../../core/accounts/access-token.ts';
import { ADA, adasApi, cookieHeaderAfter, cookiesSetBy, RIGHT } from '../fixtures/auth-api.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

jest.mock('../../core/argon2id.ts', () => jest.requireActual<object>('../fixtures/quick-argon2id.ts'));

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const CSRF = { 'X-Signpost-CSRF': '1' };

/** Ada in a browser that keeps its cookies. */
async function signedIn() {
  const api = adasApi({
    signAccessToken: (subject, nowMs) =>
      signAccessToken({ kid: 'k1', key: privateKey }, 'signpost:test', subject, nowMs, randomBytes),
    accessTokens: {
      issuer: 'signpost:test',
      findKey: async (kid) => (kid === 'k1' ? publicKey : null),
      nowMs: () => api.clock.nowMs,
    },
  });
  const answer = await api.login(RIGHT);
  const send = (route: string, cookie: string, headers: Record<string, string> = CSRF) =>
    api.call('POST', `/v1/auth/${route}`, { headers: { cookie, ...headers } });
  const openSessions = async () => (await api.sessions.list(ADA.id, api.clock.nowMs)).length;
  return { ...api, answer, cookie: cookieHeaderAfter(answer), send, openSessions };
}

describe('Refreshing', () => {
  it('gives new tokens for the cookie, in the form of a sign-in', async () => {
    const { send, cookie, clock } = await signedIn();
    clock.nowMs += 60_000;
    const answer = await send('refresh', cookie);
    expect([answer.statusCode, parsed(answer)]).toEqual([
      200,
      {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 900,
        user: expect.objectContaining({ id: ADA.id }),
      },
    ]);
    expect(cookiesSetBy(answer).map((set) => set.split('=')[0])).toEqual([
      '__Host-signpost_access',
      '__Host-signpost_refresh',
    ]);
    expect(answer.body).not.toContain('sr.');
  });

  it('with a token that was used before ends the session, for both who have it', async () => {
    const { send, cookie, openSessions } = await signedIn();
    const next = cookieHeaderAfter(await send('refresh', cookie));
    expect((await send('refresh', cookie)).statusCode).toBe(401);
    expect((await send('refresh', next)).statusCode).toBe(401);
    expect(await openSessions()).toBe(0);
  });

  it('needs the header that no other site can send, and uses nothing up without it', async () => {
    const { send, cookie } = await signedIn();
    const answer = await send('refresh', cookie, {});
    expect([answer.statusCode, problemIn(answer).error]).toEqual([403, 'CSRF_HEADER_REQUIRED']);
    expect((await send('refresh', cookie)).statusCode).toBe(200);
  });

  it.each([
    ['no cookie', ''],
    ['an empty one', '__Host-signpost_refresh='],
    ['one that is made up', `__Host-signpost_refresh=sr.usr_1.ses_1.${'A'.repeat(43)}`],
    ['an access token', '__Host-signpost_refresh=jwt.usr_1.ses_1'],
  ])('with %s is 401', async (_, cookie) => {
    const { send } = await signedIn();
    expect(problemIn(await send('refresh', cookie)).error).toBe('UNAUTHENTICATED');
  });

  it.each(['suspended', 'deleted'] as const)('of an account that is %s is 401', async (status) => {
    const { send, cookie, accounts } = await signedIn();
    accounts.people.set(ADA.id, { ...ADA, status });
    expect(problemIn(await send('refresh', cookie)).error).toBe('UNAUTHENTICATED');
  });
});

describe('Signing out', () => {
  const CLEARED = ['__Host-signpost_access=', '__Host-signpost_refresh='];

  it('ends the session and takes the cookies away; the device stays known', async () => {
    const { send, cookie, openSessions } = await signedIn();
    const answer = await send('logout', cookie);
    expect([answer.statusCode, answer.body, await openSessions()]).toEqual([204, '', 0]);
    expect(cookiesSetBy(answer).map((set) => set.split(';')[0])).toEqual(CLEARED);
    for (const set of cookiesSetBy(answer)) expect(set).toContain('Max-Age=0');
  });

  it('works by Bearer without the header that cookies need', async () => {
    const { call, answer, openSessions } = await signedIn();
    const authorization = `Bearer ${String(parsed(answer)['access_token'])}`;
    expect((await call('POST', '/v1/auth/logout', { headers: { authorization } })).statusCode).toBe(204);
    expect(await openSessions()).toBe(0);
  });

  it('works when the access cookie is gone already', async () => {
    const { send, cookie, openSessions, clock } = await signedIn();
    clock.nowMs += 3_600_000;
    expect((await send('logout', cookie)).statusCode).toBe(204);
    expect(await openSessions()).toBe(0);
  });

  it('ends that session only', async () => {
    const { send, cookie, login, openSessions } = await signedIn();
    await login(RIGHT);
    await send('logout', cookie);
    expect(await openSessions()).toBe(1);
  });

  it('with cookies needs the header that no other site can send', async () => {
    const { send, cookie, openSessions } = await signedIn();
    expect(problemIn(await send('logout', cookie, {})).error).toBe('CSRF_HEADER_REQUIRED');
    expect(await openSessions()).toBe(1);
  });

  it.each([
    ['no credential at all', {}],
    ['the cookie of a known device only', { cookie: '__Host-signpost_device=x' }],
    ['an authorization that is no token', { authorization: 'Basic eDp5' }],
  ])(
    'takes no cookies away for %s, as another site’s form would arrive',
    async (_, headers: Record<string, string>) => {
      const { call } = await signedIn();
      const answer = await call('POST', '/v1/auth/logout', { headers });
      expect([answer.statusCode, cookiesSetBy(answer)]).toEqual([204, []]);
    },
  );

  it.each([
    ['nothing', {}],
    ['a token that is made up', { authorization: 'Bearer a.b.c' }],
    ['a token that is nobody’s', { authorization: `Bearer sp_${'1'.repeat(32)}_000000` }],
    ['cookies that are made up', { cookie: '__Host-signpost_access=x; __Host-signpost_refresh=y', ...CSRF }],
  ])('with %s ends nothing, and says no more than that', async (_, headers: Record<string, string>) => {
    const { call, openSessions } = await signedIn();
    expect((await call('POST', '/v1/auth/logout', { headers })).statusCode).toBe(204);
    expect(await openSessions()).toBe(1);
  });
});

describe('The key set', () => {
  it('names the public keys that are good now', async () => {
    const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    const publicJwk = { kty: 'OKP', crv: 'Ed25519', x } as const;
    const { call, clock } = adasApi({
      publishedKeys: async () => [
        { kid: 'old', publicJwk, signsFromMs: 0, verifiesUntilMs: clock.nowMs },
        { kid: 'now', publicJwk, signsFromMs: 0, verifiesUntilMs: null },
      ],
    });
    const answer = await call('GET', '/.well-known/jwks.json');
    expect([answer.statusCode, parsed(answer)]).toEqual([
      200,
      { keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: 'now', alg: 'EdDSA', use: 'sig' }] },
    ]);
    expect(answer.headers?.['cache-control']).toBe('public, max-age=60');
  });
});
