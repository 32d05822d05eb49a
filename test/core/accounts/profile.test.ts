import { parseLocale, parseTimezone } from '../../../core/accounts/preference-rules.ts';
import type { ProfileDeps } from '../../../core/accounts/profile.ts';
import { changeProfile, ownProfile, replacePreferences } from '../../../core/accounts/profile.ts';
import type { User } from '../../../core/accounts/user.ts';
import { DEFAULT_PREFERENCES } from '../../../core/accounts/user.ts';
import { aUser } from '../../fixtures/accounts.ts';
import { failureOf, wordOf } from '../../fixtures/failures.ts';
import { NOW_MS } from '../../fixtures/links.ts';

/** One person, and `meanwhile` happens to them before each of the first changes. */
function world(user: User | null, meanwhile: readonly ((user: User) => User)[] = []) {
  const state = { user, tries: 0 };
  const deps: ProfileDeps = {
    users: { find: async () => state.user },
    profiles: {
      async change(read, changes, atMs) {
        const other = meanwhile[state.tries];
        state.tries += 1;
        if (other !== undefined && state.user !== null) state.user = other(state.user);
        if (state.user?.version !== read.version || state.user.status !== 'active') return 'conflict';
        state.user = { ...state.user, ...changes, version: read.version + 1, updatedAtMs: atMs };
        return 'changed';
      },
      isMember: async (_, workspaceId) => workspaceId === 'ws_mine',
    },
    nowMs: () => NOW_MS,
  };
  return { state, deps };
}

const REQUEST = { userId: 'usr_1', expected: null };
const withOtherTheme = (user: User): User => ({
  ...user,
  version: user.version + 1,
  preferences: { ...user.preferences, theme: 'dark' },
});

describe('Changing a profile', () => {
  it('is made again on top of what came between, and answers what is stored', async () => {
    const { deps, state } = world(aUser(), [withOtherTheme, withOtherTheme]);
    expect(await changeProfile(deps, REQUEST, { name: 'New' })).toEqual(state.user);
    expect(state.user).toMatchObject({ name: 'New', preferences: { theme: 'dark' }, version: 4, updatedAtMs: NOW_MS });
  });

  it('with If-Match is refused when something came between, and told the present version', async () => {
    const { deps } = world(aUser(), [withOtherTheme]);
    const failure = await failureOf(() => changeProfile(deps, { ...REQUEST, expected: 1 }, { name: 'New' }));
    expect([failure.word, failure.details]).toEqual(['VERSION_CONFLICT', { current_version: 2 }]);
  });

  it('gives up when it never gets its turn', async () => {
    const { deps, state } = world(
      aUser(),
      Array.from({ length: 9 }, () => withOtherTheme),
    );
    expect(await wordOf(() => changeProfile(deps, REQUEST, { name: 'New' }))).toBe('VERSION_CONFLICT');
    expect(state.tries).toBe(5);
  });

  it.each([null, aUser({ status: 'suspended' }), aUser({ status: 'deleted' })])(
    'is for people with an active account: %#',
    async (user) => {
      const { deps } = world(user);
      expect(await wordOf(() => ownProfile(deps, 'usr_1'))).toBe('UNAUTHENTICATED');
      expect(await wordOf(() => changeProfile(deps, REQUEST, {}))).toBe('UNAUTHENTICATED');
    },
  );

  it('notices an account that ends meanwhile', async () => {
    const { deps } = world(aUser(), [(user) => ({ ...user, status: 'deleted', version: 2 })]);
    expect(await wordOf(() => changeProfile(deps, REQUEST, { name: 'New' }))).toBe('UNAUTHENTICATED');
  });
});

describe('Replacing preferences', () => {
  const replace = (defaultWorkspaceId: string | null) => {
    const { deps, state } = world(aUser());
    const work = () => replacePreferences(deps, REQUEST, { ...DEFAULT_PREFERENCES, defaultWorkspaceId });
    return { work, state };
  };

  it('takes a workspace they are a member of, or none', async () => {
    for (const id of ['ws_mine', null]) expect((await replace(id).work()).preferences.defaultWorkspaceId).toBe(id);
  });

  it.each(['ws_other', 'usr_1', '', 'ws_', 'ws_mine#x', 'x'.repeat(3_000)])('refuses %.20s', async (id) => {
    const { work, state } = replace(id);
    expect((await failureOf(work)).details).toMatchObject({ errors: [{ path: 'default_workspace_id' }] });
    expect(state.tries).toBe(0);
  });
});

describe('A time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Kathmandu', 'Europe/Kyiv'])(
    'is %s, as it was given',
    (name) => {
      expect(parseTimezone(name)).toBe(name);
    },
  );

  it.each([
    '',
    'Mars/Base',
    '+01:00',
    '-0800',
    'Europe/Berlin ',
    'Europe//Berlin',
    'x'.repeat(65),
    '../etc',
    'UTC\u0000',
  ])('is not %j', async (text) => {
    expect(await wordOf(() => parseTimezone(text))).toBe('VALIDATION_FAILED');
  });
});

describe('A locale', () => {
  it.each([
    ['de-at', 'de-AT'],
    ['EN', 'en'],
    ['zh-hant-tw', 'zh-Hant-TW'],
    ['sr-Latn', 'sr-Latn'],
  ])('%s is kept as %s', (text, canonical) => {
    expect(parseLocale(text)).toBe(canonical);
  });

  it.each(['', 'de_AT', 'x', 'german language', 'de-', 'a'.repeat(65), 'en-\u0000', '*'])('is not %j', async (text) => {
    expect(await wordOf(() => parseLocale(text))).toBe('VALIDATION_FAILED');
  });
});
