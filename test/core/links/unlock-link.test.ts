import { attemptStore } from '../../../adapters/limits.ts';
import type { Link } from '../../../core/links/link.ts';
import type { UnlockDeps } from '../../../core/links/unlock-link.ts';
import {
  ATTEMPT_WINDOW_S,
  LINK_ATTEMPT_WINDOW_S,
  MAX_ATTEMPTS,
  MAX_ATTEMPTS_PER_LINK,
  unlockLink,
} from '../../../core/links/unlock-link.ts';
import { opens } from '../../../core/links/unlock-token.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { aLink, LINK_PASSWORD, NOW_MS, RIGHT_PASSWORD } from '../../fixtures/links.ts';
import { memoryWindowCounter } from '../../fixtures/memory-window-counter.ts';

/** A password that is compared in no time, so that hundreds of guesses are cheap. */
jest.mock('../../../core/links/link-password.ts', () => ({
  matchesLinkPassword: (password: string) => Promise.resolve(password === 'correct horse'),
}));

function world(link: Partial<Link> | null = {}) {
  const clock = { nowMs: NOW_MS };
  const stored = link === null ? null : aLink({ password: LINK_PASSWORD, ...link });
  const deps: UnlockDeps = {
    store: { find: () => Promise.resolve(stored) },
    attempts: attemptStore(memoryWindowCounter()),
    nowMs: () => clock.nowMs,
  };
  const attempt = (password: string, client = 'client-1') =>
    unlockLink(deps, { domain: 'default', code: 'aB7x3Kq', password, client });
  return { clock, deps, attempt };
}

describe('Unlocking a link', () => {
  it('answers a token for the right password, tied to this link', async () => {
    const { token } = await world().attempt(RIGHT_PASSWORD);
    const scope = { domain: 'default', code: 'aB7x3Kq', unlockKey: LINK_PASSWORD.unlockKey };
    expect(opens(scope, token ?? '', NOW_MS)).toBe(true);
  });

  it('tells how many attempts are left after a wrong one', async () => {
    const { attempt } = world();
    for (const remaining of [4, 3, 2, 1, 0]) {
      const failure = await failureOf(() => attempt('wrong'));
      expect([failure.word, failure.details]).toEqual(['INVALID_PASSWORD', { attempts_remaining: remaining }]);
    }
  });

  it('is locked after five wrong passwords, for the right one too, until the window is over', async () => {
    const { attempt, clock } = world();
    for (let wrong = 0; wrong < MAX_ATTEMPTS; wrong += 1) await wordOf(() => attempt('wrong'));
    clock.nowMs += 60_000;
    const failure = await failureOf(() => attempt(RIGHT_PASSWORD));
    expect([failure.word, failure.details]).toEqual(['UNLOCK_LOCKED', { retry_after: ATTEMPT_WINDOW_S - 60 }]);
    clock.nowMs = NOW_MS + ATTEMPT_WINDOW_S * 1_000 - 1;
    expect(await wordOf(() => attempt(RIGHT_PASSWORD))).toBe('UNLOCK_LOCKED');
    clock.nowMs += 1;
    expect((await attempt(RIGHT_PASSWORD)).token).not.toBeNull();
  });

  it('lets no more than five of 200 parallel guesses see the password', async () => {
    const { attempt } = world();
    const words = await Promise.all(Array.from({ length: 200 }, () => wordOf(() => attempt('wrong'))));
    expect(words.filter((word) => word === 'INVALID_PASSWORD')).toHaveLength(MAX_ATTEMPTS);
    expect(words.filter((word) => word === 'UNLOCK_LOCKED')).toHaveLength(200 - MAX_ATTEMPTS);
  });

  it('counts a right password as no attempt', async () => {
    const { attempt } = world();
    for (let number = 0; number < 20; number += 1) expect((await attempt(RIGHT_PASSWORD)).token).not.toBeNull();
    expect((await failureOf(() => attempt('wrong'))).details).toEqual({ attempts_remaining: 4 });
  });

  it('locks one client and leaves the others alone', async () => {
    const { attempt } = world();
    for (let wrong = 0; wrong <= MAX_ATTEMPTS; wrong += 1) await wordOf(() => attempt('wrong'));
    expect((await attempt(RIGHT_PASSWORD, 'client-2')).token).not.toBeNull();
  });

  it('is locked for everyone after a hundred wrong passwords in an hour, from however many clients', async () => {
    const { attempt, clock } = world();
    for (let number = 0; number < MAX_ATTEMPTS_PER_LINK; number += 1)
      expect(await wordOf(() => attempt('wrong', `client-${number}`))).toBe('INVALID_PASSWORD');
    const failure = await failureOf(() => attempt(RIGHT_PASSWORD, 'the owner'));
    expect([failure.word, failure.details]).toEqual(['UNLOCK_LOCKED', { retry_after: LINK_ATTEMPT_WINDOW_S }]);
    clock.nowMs += LINK_ATTEMPT_WINDOW_S * 1_000;
    expect((await attempt(RIGHT_PASSWORD, 'the owner')).token).not.toBeNull();
  });

  it.each([
    ['no link', null, 'URL_NOT_FOUND'],
    ['a disabled link', { status: 'disabled' }, 'URL_DISABLED'],
    ['a deleted link', { status: 'deleted' }, 'URL_DISABLED'],
    ['an expired link', { expiresAtMs: NOW_MS }, 'URL_EXPIRED'],
  ] as const)('is refused for %s, whatever the password, and costs no attempt', async (_, link, word) => {
    const { attempt, deps } = world(link);
    const take = jest.spyOn(deps.attempts, 'take');
    for (const password of ['wrong', RIGHT_PASSWORD]) expect(await wordOf(() => attempt(password))).toBe(word);
    expect(take).not.toHaveBeenCalled();
  });

  it('is not needed for a link without a password', async () => {
    expect(await world({ password: null }).attempt('anything')).toEqual({ token: null });
  });

  it('asks no store for what could not be a code', async () => {
    const find = jest.fn();
    const { deps } = world();
    const request = { domain: 'default', code: 'x'.repeat(3_000), password: 'x', client: 'c' };
    expect(await wordOf(() => unlockLink({ ...deps, store: { find } }, request))).toBe('URL_NOT_FOUND');
    expect(find).not.toHaveBeenCalled();
  });
});
