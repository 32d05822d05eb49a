import { REFRESH_TOKEN_LIFETIME_S } from '../../../core/accounts/session.ts';
import type { SessionStore } from '../../../core/accounts/session-store.ts';
import type { User } from '../../../core/accounts/user.ts';
import { aSession, aUser } from '../../fixtures/accounts.ts';
import { NOW_MS } from '../../fixtures/links.ts';

const LIFETIME_MS = REFRESH_TOKEN_LIFETIME_S * 1_000;

/** What every session store promises. `putUser` makes or replaces the person. */
export function sessionStoreContract(
  name: string,
  store: () => SessionStore,
  putUser: (user: User) => Promise<void>,
): void {
  describe(`The session store ${name}`, () => {
    let people = 0;
    /** A person of their own for each test, and one session of theirs, not opened yet. */
    async function world(changes: Partial<User> = {}) {
      people += 1;
      const user = aUser({ id: `usr_${name.replace(/\W/g, '')}${people}`.toLowerCase(), ...changes });
      await putUser(user);
      const session = aSession({ id: `ses_${people}`, userId: user.id });
      const token = (sha256: string, expiresAtMs = NOW_MS + LIFETIME_MS) => ({ sha256, expiresAtMs });
      return { user, session, token, open: () => store().put(session, token('first'), user.passwordChangedAtMs) };
    }

    it('keeps a session as it was opened, for its person alone', async () => {
      const { user, session, open } = await world();
      expect(await store().find(user.id, session.id)).toBeNull();
      expect(await open()).toBe('opened');
      expect(await store().find(user.id, session.id)).toEqual(session);
      expect(await store().find('usr_other', session.id)).toBeNull();
    });

    it.each([
      ['suspended', { status: 'suspended' }],
      ['deleted', { status: 'deleted' }],
    ] as const)('opens none for a person who is %s', async (_, changes) => {
      const { user, session, open } = await world(changes);
      expect(await open()).toBe('refused');
      expect(await store().find(user.id, session.id)).toBeNull();
    });

    it('opens none for a password that was changed meanwhile, nor for nobody', async () => {
      const { user, session, token } = await world();
      const { passwordChangedAtMs } = user;
      expect(await store().put(session, token('t'), passwordChangedAtMs - 1)).toBe('refused');
      expect(await store().put({ ...session, userId: 'usr_nobody' }, token('t'), passwordChangedAtMs)).toBe('refused');
      expect(await store().list(user.id, NOW_MS)).toEqual([]);
    });

    it('lists what is alive, last used first', async () => {
      const { user, session, token } = await world();
      const day = (days: number) => NOW_MS + days * 86_400_000;
      const sessions = [
        { ...session, id: 'ses_old', lastUsedAtMs: day(1) },
        { ...session, id: 'ses_new', lastUsedAtMs: day(2) },
        { ...session, id: 'ses_ended', lastUsedAtMs: day(2), expiresAtMs: day(3) },
        { ...session, id: 'ses_unused', lastUsedAtMs: day(-27) },
      ];
      for (const one of sessions) await store().put(one, token(`of ${one.id}`), user.passwordChangedAtMs);
      expect((await store().list(user.id, day(3))).map(({ id }) => id)).toEqual(['ses_new', 'ses_old']);
      expect(await store().list('usr_other', day(3))).toEqual([]);
    });

    it('rotates a token once, and tells who comes with it again', async () => {
      const { user, session, token, open } = await world();
      await open();
      const later = { ...session, lastUsedAtMs: NOW_MS + 60_000 };
      expect(await store().rotate(later, 'first', token('second'))).toBe('rotated');
      expect(await store().find(user.id, session.id)).toEqual(later);
      expect(await store().rotate(later, 'first', token('third'))).toBe('reused');
      expect(await store().rotate(later, 'second', token('third'))).toBe('rotated');
      expect(await store().rotate(later, 'second', token('fourth'))).toBe('reused');
    });

    it('gives exactly one of fifty parallel rotations of one token', async () => {
      const { session, token, open } = await world();
      await open();
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store().rotate(session, 'first', token(`next ${index}`))),
      );
      expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'reused')).toHaveLength(49);
    });

    it('refuses tokens that are over, unknown, of another session or of another person', async () => {
      const { user, session, token, open } = await world();
      const other = { ...session, id: `${session.id}other` };
      await open();
      await store().put(other, token('its own'), user.passwordChangedAtMs);
      const at = (lastUsedAtMs: number) => ({ ...session, lastUsedAtMs });
      expect(await store().rotate(at(NOW_MS + LIFETIME_MS), 'first', token('next'))).toBe('refused');
      expect(await store().rotate(session, 'nobody’s', token('next'))).toBe('refused');
      expect(await store().rotate(other, 'first', token('next'))).toBe('refused');
      expect(await store().rotate({ ...session, userId: 'usr_other' }, 'first', token('next'))).toBe('refused');
      expect(await store().rotate(at(NOW_MS + LIFETIME_MS - 1), 'first', token('next'))).toBe('rotated');
    });

    it('refuses what is left of a session at its absolute end', async () => {
      const { user, session, token } = await world();
      await store().put(session, token('t', session.expiresAtMs + 1_000), user.passwordChangedAtMs);
      const atItsEnd = { ...session, lastUsedAtMs: session.expiresAtMs };
      expect(await store().rotate(atItsEnd, 't', token('next'))).toBe('refused');
    });

    it.each(['suspended', 'deleted'] as const)('rotates nothing for a person who is %s', async (status) => {
      const { user, session, token, open } = await world();
      await open();
      await putUser({ ...user, status });
      expect(await store().rotate(session, 'first', token('second'))).toBe('refused');
    });

    it('ends a session with all its tokens, once', async () => {
      const { user, session, token, open } = await world();
      await open();
      for (let turn = 0; turn < 30; turn += 1)
        await store().rotate(session, turn === 0 ? 'first' : `turn ${turn - 1}`, token(`turn ${turn}`));
      expect(await store().end('usr_other', session.id)).toBe(false);
      expect(await store().end(user.id, session.id)).toBe(true);
      expect(await store().find(user.id, session.id)).toBeNull();
      for (const sha256 of ['first', 'turn 3', 'turn 29'])
        expect(await store().rotate(session, sha256, token('next'))).toBe('refused');
      expect(await store().end(user.id, session.id)).toBe(false);
    });

    it('ends all sessions of a person, or all but one, and nobody else’s', async () => {
      const [{ user, session, token, open }, other] = [await world(), await world()];
      await open();
      await other.open();
      const second = { ...session, id: `${session.id}second` };
      await store().put(second, token('second'), user.passwordChangedAtMs);
      await store().endAll(user.id, { exceptSessionId: second.id });
      expect((await store().list(user.id, NOW_MS)).map(({ id }) => id)).toEqual([second.id]);
      expect(await store().rotate(second, 'second', token('next'))).toBe('rotated');
      await store().endAll(user.id);
      expect(await store().list(user.id, NOW_MS)).toEqual([]);
      expect(await store().rotate(second, 'next', token('last'))).toBe('refused');
      expect(await store().list(other.user.id, NOW_MS)).toHaveLength(1);
    });
  });
}
