import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { signAccessToken } from '../../../core/accounts/access-token.ts';
import type { ApiKey } from '../../../core/accounts/api-key.ts';
import { hashApiKey, newApiKey } from '../../../core/accounts/api-key.ts';
import type { AuthenticateDeps, CredentialStore } from '../../../core/accounts/authenticate.ts';
import { authenticate } from '../../../core/accounts/authenticate.ts';
import {
  permissionsOfPerson,
  permissionsOfRole,
  permissionsOfScopes,
  ROLES,
} from '../../../core/accounts/permissions.ts';
import { DEFAULT_PREFERENCES } from '../../../core/accounts/user.ts';
import { aMember, anApiKey, aSession, aUser, aWorkspace } from '../../fixtures/accounts.ts';
import { NOW_MS } from '../../fixtures/links.ts';
import { memoryCredentialStore } from '../../fixtures/memory-credential-store.ts';

const ISSUER = 'signpost:test';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEY = newApiKey(randomBytes);
const MINUTE_MS = 60_000;

/** Ada owns ws_1 and is a viewer of ws_2, which belongs to Bob; the key opens ws_1. */
function world(overrides: Partial<CredentialStore> = {}) {
  const clock = { nowMs: NOW_MS };
  const memory = memoryCredentialStore();
  memory.people.set('usr_1', aUser());
  memory.people.set('usr_2', aUser({ id: 'usr_2', personalWorkspaceId: 'ws_2' }));
  memory.workspaces.set('ws_1', aWorkspace());
  memory.workspaces.set('ws_2', aWorkspace({ id: 'ws_2', ownerId: 'usr_2', plan: 'free' }));
  memory.members.set('ws_1 usr_1', aMember());
  memory.members.set('ws_2 usr_2', aMember({ workspaceId: 'ws_2', userId: 'usr_2' }));
  memory.members.set('ws_2 usr_1', aMember({ workspaceId: 'ws_2', role: 'viewer' }));
  memory.sessions.set('usr_1 ses_1', aSession());
  memory.keys.set(hashApiKey(KEY), anApiKey());
  const deps: AuthenticateDeps = {
    store: { ...memory.store, ...overrides },
    accessTokens: { issuer: ISSUER, findKey: () => Promise.resolve(publicKey), nowMs: () => clock.nowMs },
    nowMs: () => clock.nowMs,
  };
  const subject = { userId: 'usr_1', sessionId: 'ses_1' };
  return {
    ...memory,
    clock,
    withKey: (workspaceId: string | null = null) =>
      authenticate(deps, { credential: 'bearer', token: KEY }, workspaceId),
    withToken: async (workspaceId: string | null = null, credential: 'bearer' | 'cookie' = 'bearer') => {
      const token = await signAccessToken({ kid: 'k', key: privateKey }, ISSUER, subject, clock.nowMs, randomBytes);
      return authenticate(deps, { credential, token }, workspaceId);
    },
    show: (token: string, credential: 'bearer' | 'cookie' = 'bearer') =>
      authenticate(deps, { credential, token }, null),
  };
}

describe('An API key', () => {
  it('is who it is, in its workspace, with its scopes', async () => {
    expect(await world().withKey()).toEqual({
      principal: { kind: 'key', keyId: 'key_1' },
      credential: 'bearer',
      workspace: { id: 'ws_1', plan: 'pro', role: null },
      permissions: permissionsOfScopes(['urls:read', 'urls:write']),
    });
  });

  it('opens nothing in a cookie, which no page sets', async () => {
    expect(await world().show(KEY, 'cookie')).toBeNull();
  });

  it('has no workspace and no permission where another workspace is named', async () => {
    const { withKey } = world();
    expect(await withKey('ws_1')).toMatchObject({ workspace: { id: 'ws_1' } });
    expect(await withKey('ws_2')).toMatchObject({ workspace: null, permissions: [] });
    expect(await withKey('')).toMatchObject({ workspace: null, permissions: [] });
  });

  it.each<[string, (it: ReturnType<typeof world>) => void]>([
    ['it was revoked', ({ keys }) => keys.clear()],
    ['its workspace is gone', ({ workspaces }) => workspaces.clear()],
    ['its workspace was deleted', ({ workspaces }) => workspaces.set('ws_1', aWorkspace({ status: 'deleted' }))],
    ['its workspace’s owner was suspended', ({ people }) => people.set('usr_1', aUser({ status: 'suspended' }))],
    ['its workspace’s owner was deleted', ({ people }) => people.set('usr_1', aUser({ status: 'deleted' }))],
    ['its workspace’s owner is gone', ({ people }) => people.clear()],
  ])('opens nothing once %s', async (_, change) => {
    const here = world();
    change(here);
    expect(await here.withKey()).toBeNull();
  });

  it('ends at its expiry, not a moment before', async () => {
    const { keys, clock, withKey } = world();
    keys.set(hashApiKey(KEY), anApiKey({ expiresAtMs: NOW_MS + 1 }));
    expect(await withKey()).not.toBeNull();
    clock.nowMs += 1;
    expect(await withKey()).toBeNull();
  });

  it.each<[ApiKey['lastUsedAtMs'], boolean]>([
    [null, true],
    [NOW_MS - MINUTE_MS, true],
    [NOW_MS - MINUTE_MS + 1, false],
    [NOW_MS + 1, false],
  ])('last used at %s is noted as used: %s', async (lastUsedAtMs, isNoted) => {
    const { keys, calls, withKey } = world();
    keys.set(hashApiKey(KEY), anApiKey({ lastUsedAtMs }));
    await withKey();
    expect(calls.includes(`note key ${hashApiKey(KEY)} ${NOW_MS}`)).toBe(isNoted);
  });

  it.each([
    '',
    'null',
    'sp_',
    KEY.slice(0, -1),
    `${KEY}x`,
    KEY.toUpperCase(),
    'eyJhbGciOiJub25lIn0.e30.',
    'x'.repeat(50_000),
  ])('is not %.40j, which costs no read', async (token) => {
    const { show, calls } = world();
    expect(await show(token)).toBeNull();
    expect(await show(token, 'cookie')).toBeNull();
    expect(calls).toEqual([]);
  });

  it('that nobody has is refused after one read', async () => {
    const { show, calls } = world();
    const token = newApiKey(randomBytes);
    expect(await show(token)).toBeNull();
    expect(calls).toEqual([`key ${hashApiKey(token)}`]);
  });
});

describe('A person with an access token', () => {
  it.each(['bearer', 'cookie'] as const)('by %s is who they are, in their personal workspace', async (credential) => {
    expect(await world().withToken(null, credential)).toEqual({
      principal: { kind: 'user', userId: 'usr_1', sessionId: 'ses_1' },
      credential,
      workspace: { id: 'ws_1', plan: 'pro', role: 'owner' },
      permissions: [...permissionsOfPerson(false), ...permissionsOfRole('owner')],
    });
  });

  it.each(ROLES)('may in a workspace what a member with the role %s may', async (role) => {
    const { members, withToken } = world();
    members.set('ws_2 usr_1', aMember({ workspaceId: 'ws_2', role }));
    expect(await withToken('ws_2')).toMatchObject({
      workspace: { id: 'ws_2', plan: 'free', role },
      permissions: [...permissionsOfPerson(false), ...permissionsOfRole(role)],
    });
  });

  it('is in the workspace they name, else in the one they prefer, else in their own', async () => {
    const { people, withToken } = world();
    people.set('usr_1', aUser({ preferences: { ...DEFAULT_PREFERENCES, defaultWorkspaceId: 'ws_2' } }));
    expect(await withToken()).toMatchObject({ workspace: { id: 'ws_2', role: 'viewer' } });
    expect(await withToken('ws_1')).toMatchObject({ workspace: { id: 'ws_1', role: 'owner' } });
  });

  it.each<[string, string, (it: ReturnType<typeof world>) => void]>([
    ['they are no member of', 'ws_2', ({ members }) => members.delete('ws_2 usr_1')],
    [
      'that was deleted',
      'ws_2',
      ({ workspaces }) => workspaces.set('ws_2', aWorkspace({ id: 'ws_2', status: 'deleted' })),
    ],
    ['that does not exist', 'ws_3', () => undefined],
    ['with a name that is none', '', () => undefined],
    ['with a name that is another’s key', 'ws_1#member', () => undefined],
    ['with an endless name', `ws_${'x'.repeat(5_000)}`, () => undefined],
  ])('has no workspace and only their own permissions in one %s', async (_, workspaceId, change) => {
    const here = world();
    change(here);
    expect(await here.withToken(workspaceId)).toEqual({
      principal: { kind: 'user', userId: 'usr_1', sessionId: 'ses_1' },
      credential: 'bearer',
      workspace: null,
      permissions: ['self'],
    });
  });

  it('asks the store for no name that cannot be one', async () => {
    const { calls, withToken } = world();
    for (const name of ['', 'ws_', 'usr_1', 'WS_1', 'ws_1 ', `ws_${'x'.repeat(41)}`]) await withToken(name);
    expect(calls.filter((call) => call.startsWith('workspace') || call.startsWith('member'))).toEqual([]);
  });

  it.each<[string, (it: ReturnType<typeof world>) => void]>([
    ['they left since', ({ members }) => members.delete('ws_2 usr_1')],
    [
      'that was deleted since',
      ({ workspaces }) => workspaces.set('ws_2', aWorkspace({ id: 'ws_2', status: 'deleted' })),
    ],
    ['that was erased since', ({ workspaces }) => workspaces.delete('ws_2')],
  ])('is in their own workspace where they prefer one %s, unless they name it', async (_, change) => {
    const here = world();
    here.people.set('usr_1', aUser({ preferences: { ...DEFAULT_PREFERENCES, defaultWorkspaceId: 'ws_2' } }));
    change(here);
    expect(await here.withToken()).toMatchObject({ workspace: { id: 'ws_1', role: 'owner' } });
    expect(await here.withToken('ws_2')).toMatchObject({ workspace: null, permissions: ['self'] });
  });

  it('who is an administrator may administer, in whichever workspace', async () => {
    const { people, withToken } = world();
    people.set('usr_1', aUser({ isAdmin: true }));
    expect((await withToken('ws_3'))?.permissions).toEqual(permissionsOfPerson(true));
  });

  it.each<[string, (it: ReturnType<typeof world>) => void]>([
    ['their session was ended', ({ sessions }) => sessions.clear()],
    ['their session is over', ({ sessions }) => sessions.set('usr_1 ses_1', aSession({ expiresAtMs: NOW_MS }))],
    [
      'their session was left for thirty days',
      ({ sessions }) => sessions.set('usr_1 ses_1', aSession({ lastUsedAtMs: NOW_MS - 30 * 86_400_000 })),
    ],
    ['they were suspended', ({ people }) => people.set('usr_1', aUser({ status: 'suspended' }))],
    ['they deleted their account', ({ people }) => people.set('usr_1', aUser({ status: 'deleted' }))],
    ['they are gone', ({ people }) => people.clear()],
  ])('is nobody once %s', async (_, change) => {
    const here = world();
    change(here);
    expect(await here.withToken()).toBeNull();
    expect(await here.withToken(null, 'cookie')).toBeNull();
  });

  it.each([
    [NOW_MS - 5 * MINUTE_MS, true],
    [NOW_MS - 5 * MINUTE_MS + 1, false],
  ])('whose session was last used at %s is noted: %s', async (lastUsedAtMs, isNoted) => {
    const { sessions, calls, withToken } = world();
    sessions.set('usr_1 ses_1', aSession({ lastUsedAtMs }));
    await withToken();
    expect(calls.includes(`note session usr_1 ses_1 ${NOW_MS}`)).toBe(isNoted);
  });
});

describe('When the store is away', () => {
  const away = () => Promise.reject(new Error('away'));

  it.each(['findApiKey', 'findWorkspace', 'findPerson'] as const)(
    'for %s a key is not "unauthenticated"',
    async (find) => {
      await expect(world({ [find]: away }).withKey()).rejects.toThrow('away');
    },
  );

  it.each(['findSession', 'findPerson', 'findWorkspace', 'findMember'] as const)(
    'for %s a person is not "unauthenticated"',
    async (find) => {
      await expect(world({ [find]: away }).withToken()).rejects.toThrow('away');
    },
  );

  it('a use that cannot be noted fails nobody’s call', async () => {
    const { withKey, withToken, sessions } = world({ noteApiKeyUse: away, noteSessionUse: away });
    sessions.set('usr_1 ses_1', aSession({ lastUsedAtMs: NOW_MS - 86_400_000 }));
    expect(await withKey()).not.toBeNull();
    expect(await withToken()).not.toBeNull();
  });
});
