import { randomBytes } from 'node:crypto';
import type { SessionDeps } from '../../../core/accounts/open-session.ts';
import { openSession } from '../../../core/accounts/open-session.ts';
import { refreshSession } from '../../../core/accounts/refresh-session.ts';
import { hashRefreshToken, newRefreshToken, refreshTokenSubject } from '../../../core/accounts/refresh-token.ts';
import { REFRESH_TOKEN_LIFETIME_S, SESSION_LIFETIME_S } from '../../../core/accounts/session.ts';
import type { User } from '../../../core/accounts/user.ts';
import { Failure } from '../../../core/errors.ts';
import { aUser } from '../../fixtures/accounts.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import { memorySessionStore } from '../../fixtures/memory-session-store.ts';

const DAY_MS = 86_400_000;
const DEVICE = { userAgent: 'Mozilla/5.0', device: 'desktop', country: 'AT' };
const USER = aUser();

function world(overrides: Partial<SessionDeps> = {}) {
  const clock = { nowMs: NOW_MS };
  const people = new Map<string, User>([[USER.id, USER]]);
  const sessions = memorySessionStore((id) => people.get(id));
  const deps: SessionDeps = {
    sessions,
    signAccessToken: async ({ userId, sessionId }, nowMs) => `access of ${userId} ${sessionId} at ${nowMs}`,
    randomBytes,
    nowMs: () => clock.nowMs,
    ...overrides,
  };
  return { clock, people, sessions, deps, open: () => openSession(deps, USER, DEVICE) };
}

const refused = { word: 'UNAUTHENTICATED' };

describe('Opening a session', () => {
  it('gives both tokens and writes down what the person signed in with', async () => {
    const { open, sessions } = world();
    const { session, accessToken, refreshToken, refreshExpiresAtMs } = await open();
    expect(session).toEqual({
      id: expect.stringMatching(/^ses_[0-9a-z]{22}$/) as unknown,
      userId: USER.id,
      createdAtMs: NOW_MS,
      lastUsedAtMs: NOW_MS,
      expiresAtMs: NOW_MS + SESSION_LIFETIME_S * 1_000,
      ...DEVICE,
    });
    expect(await sessions.list(USER.id, NOW_MS)).toEqual([session]);
    expect(accessToken).toBe(`access of ${USER.id} ${session.id} at ${NOW_MS}`);
    expect(refreshTokenSubject(refreshToken)).toEqual({ userId: USER.id, sessionId: session.id });
    expect(refreshExpiresAtMs).toBe(NOW_MS + REFRESH_TOKEN_LIFETIME_S * 1_000);
  });

  it('stores the refresh token as its hash alone', async () => {
    const { open, sessions } = world();
    const { refreshToken } = await open();
    expect([...sessions.tokens.keys()]).toEqual([hashRefreshToken(refreshToken)]);
    expect(JSON.stringify([...sessions.tokens])).not.toContain(refreshToken.split('.')[3]);
  });

  it('cuts what a browser calls itself to 256 characters of well-formed text', async () => {
    const { deps } = world();
    const { session } = await openSession(deps, USER, { ...DEVICE, userAgent: `${'x'.repeat(255)}😀y` });
    expect(session.userAgent).toBe(`${'x'.repeat(255)}\ufffd`);
  });

  it.each<[string, Partial<User>]>([
    ['was suspended', { status: 'suspended' }],
    ['was deleted', { status: 'deleted' }],
    ['got another password', { passwordChangedAtMs: NOW_MS }],
  ])('is refused like a wrong password where the account %s meanwhile', async (_, changes) => {
    const { people, open, sessions } = world();
    people.set(USER.id, { ...USER, ...changes });
    await expect(open()).rejects.toMatchObject({ word: 'INVALID_CREDENTIALS' });
    expect(sessions.tokens.size).toBe(0);
  });

  it('leaves no session behind where nothing can be signed', async () => {
    const { open, sessions } = world({ signAccessToken: () => Promise.reject(new Failure('SERVICE_UNAVAILABLE')) });
    await expect(open()).rejects.toMatchObject({ word: 'SERVICE_UNAVAILABLE' });
    expect(sessions.tokens.size).toBe(0);
  });
});

describe('Refreshing a session', () => {
  it('gives new tokens for the same session and notes its use', async () => {
    const { clock, open, deps, sessions } = world();
    const opened = await open();
    clock.nowMs += DAY_MS;
    const refreshed = await refreshSession(deps, opened.refreshToken);
    expect(refreshed).toMatchObject({ userId: USER.id, session: { ...opened.session, lastUsedAtMs: NOW_MS + DAY_MS } });
    expect(refreshed.refreshToken).not.toBe(opened.refreshToken);
    expect(refreshed.accessToken).toContain(String(clock.nowMs));
    expect(refreshed.refreshExpiresAtMs).toBe(clock.nowMs + REFRESH_TOKEN_LIFETIME_S * 1_000);
    expect(await sessions.list(USER.id, clock.nowMs)).toEqual([refreshed.session]);
  });

  it('with a token that was used ends the session for whoever has the other copy', async () => {
    const { open, deps, sessions } = world();
    const { refreshToken } = await open();
    const other = await open();
    const thief = await refreshSession(deps, refreshToken);
    await expect(refreshSession(deps, refreshToken)).rejects.toMatchObject(refused);
    await expect(refreshSession(deps, thief.refreshToken)).rejects.toMatchObject(refused);
    expect(await sessions.list(USER.id, NOW_MS)).toEqual([other.session]);
    await expect(refreshSession(deps, other.refreshToken)).resolves.toMatchObject({ session: other.session });
  });

  it('fifty times at once with one token gives tokens to one, which are worth nothing after', async () => {
    const { open, deps, sessions } = world();
    const { refreshToken } = await open();
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => refreshSession(deps, refreshToken)));
    const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(won).toHaveLength(1);
    expect(await sessions.list(USER.id, NOW_MS)).toEqual([]);
    expect(sessions.tokens.size).toBe(0);
    await expect(refreshSession(deps, won[0]?.refreshToken ?? '')).rejects.toMatchObject(refused);
  });

  it('works for thirty days without use, and ninety in all', async () => {
    const { clock, open, deps } = world();
    let { refreshToken } = await open();
    for (let days = 29; days < 90; days += 29) {
      clock.nowMs = NOW_MS + days * DAY_MS;
      const refreshed = await refreshSession(deps, refreshToken);
      expect(refreshed.refreshExpiresAtMs).toBe(NOW_MS + Math.min(days + 30, 90) * DAY_MS);
      ({ refreshToken } = refreshed);
    }
    clock.nowMs = NOW_MS + 90 * DAY_MS;
    await expect(refreshSession(deps, refreshToken)).rejects.toMatchObject(refused);
    const unused = await open();
    clock.nowMs += 30 * DAY_MS;
    await expect(refreshSession(deps, unused.refreshToken)).rejects.toMatchObject(refused);
  });

  it.each(['suspended', 'deleted'] as const)('is refused for a person who is %s', async (status) => {
    const { people, open, deps } = world();
    const { refreshToken } = await open();
    people.set(USER.id, { ...USER, status });
    await expect(refreshSession(deps, refreshToken)).rejects.toMatchObject(refused);
  });

  it('after it ended is refused', async () => {
    const { open, deps, sessions } = world();
    const { refreshToken, session } = await open();
    await sessions.end(USER.id, session.id);
    await expect(refreshSession(deps, refreshToken)).rejects.toMatchObject(refused);
  });

  it('with a stranger’s token for it is refused and does it no harm', async () => {
    const { open, deps } = world();
    const { session, refreshToken } = await open();
    const guess = newRefreshToken({ userId: USER.id, sessionId: session.id }, randomBytes);
    await expect(refreshSession(deps, guess)).rejects.toMatchObject(refused);
    await expect(refreshSession(deps, refreshToken)).resolves.toMatchObject({ userId: USER.id });
  });
});

describe('A refresh token', () => {
  const TOKEN = newRefreshToken({ userId: 'usr_1', sessionId: 'ses_1' }, randomBytes);

  it('names its person and session, has 256 random bits, and is new each time', () => {
    expect(TOKEN).toMatch(/^sr\.usr_1\.ses_1\.[\w-]{43}$/);
    expect(newRefreshToken({ userId: 'usr_1', sessionId: 'ses_1' }, randomBytes)).not.toBe(TOKEN);
  });

  it.each([
    '',
    'sr',
    TOKEN.slice(0, -1),
    `${TOKEN}A`,
    `${TOKEN}\n`,
    ` ${TOKEN}`,
    TOKEN.replace('sr.', 'r.'),
    TOKEN.replace('usr_1', ''),
    TOKEN.replace('usr_1', 'ws_1'),
    TOKEN.replace('ses_1', 'ses_../x'),
    TOKEN.replace('usr_1', `usr_${'x'.repeat(5_000)}`),
    `${TOKEN}.${TOKEN}`,
    'x'.repeat(100_000),
  ])('is not %.40j, which costs no read', async (text) => {
    const { deps } = world({
      sessions: { ...memorySessionStore(() => USER), find: () => Promise.reject(new Error('read')) },
    });
    await expect(refreshSession(deps, text)).rejects.toMatchObject(refused);
  });
});
