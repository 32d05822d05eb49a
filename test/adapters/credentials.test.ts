import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { apiKeyItem } from '../../adapters/api-key-items.ts';
import { credentialStore } from '../../adapters/credential-store.ts';
import { CREDENTIAL_MEMORY_MS, rememberedCredentials } from '../../adapters/remembered-credentials.ts';
import { sessionItem } from '../../adapters/session-items.ts';
import { apiKeyKey, sessionKey } from '../../adapters/table.ts';
import { userItem } from '../../adapters/user-items.ts';
import { memberItem, workspaceItem } from '../../adapters/workspace-items.ts';
import { aMember, anApiKey, aSession, aUser, aWorkspace } from '../fixtures/accounts.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memoryCredentialStore } from '../fixtures/memory-credential-store.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

describe('Credentials in DynamoDB', () => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await startTables();
    const items = [
      apiKeyItem(anApiKey(), 'hash'),
      sessionItem(aSession()),
      userItem(aUser()),
      workspaceItem(aWorkspace()),
      memberItem(aMember()),
    ];
    for (const Item of items) await tables.client.send(new PutCommand({ TableName: 'accounts', Item }));
  });
  afterAll(() => tables.close());
  const credentials = () => credentialStore(tables.client, 'accounts');

  it('are found as they were stored, and nothing else is', async () => {
    const store = credentials();
    expect(await store.findApiKey('hash')).toEqual(anApiKey());
    expect(await store.findSession('usr_1', 'ses_1')).toEqual(aSession());
    expect(await store.findWorkspace('ws_1')).toEqual(aWorkspace());
    expect(await store.findMember('ws_1', 'usr_1')).toEqual(aMember());
    expect([
      await store.findApiKey('ws_1'),
      await store.findSession('usr_2', 'ses_1'),
      await store.findPerson('ws_1'),
      await store.findWorkspace('hash'),
      await store.findMember('ws_1', 'usr_2'),
    ]).toEqual([null, null, null, null, null]);
  });

  it('show of a person what decides, not the address nor the password', async () => {
    const { id, status, isAdmin, personalWorkspaceId, preferences } = aUser();
    expect(await credentials().findPerson('usr_1')).toEqual({ id, status, isAdmin, personalWorkspaceId, preferences });
  });

  it.each([
    ['a key', apiKeyKey('hash'), (atMs: number) => credentials().noteApiKeyUse('hash', atMs)],
    ['a session', sessionKey('usr_1', 'ses_1'), (atMs: number) => credentials().noteSessionUse('usr_1', 'ses_1', atMs)],
  ])('note the last use of %s, never back in time', async (_, Key, note) => {
    const lastUsed = async () =>
      (await tables.client.send(new GetCommand({ TableName: 'accounts', Key }))).Item?.['last_used_at_ms'] as unknown;
    await note(NOW_MS + 60_000);
    expect(await lastUsed()).toBe(NOW_MS + 60_000);
    await note(NOW_MS + 1_000);
    expect(await lastUsed()).toBe(NOW_MS + 60_000);
    await note(NOW_MS + 120_000);
    expect(await lastUsed()).toBe(NOW_MS + 120_000);
  });

  it('that are gone do not come back by being used', async () => {
    await credentials().noteApiKeyUse('revoked', NOW_MS);
    await credentials().noteSessionUse('usr_1', 'ses_ended', NOW_MS);
    expect(await credentials().findApiKey('revoked')).toBeNull();
    expect(await credentials().findSession('usr_1', 'ses_ended')).toBeNull();
  });

  it('wait a quarter of a second for a note at most', async () => {
    tables.engine.faultFor = ({ action }) => (action === 'dynamodb:UpdateItem' ? { kind: 'hang' } : null);
    try {
      const beganAtMs = performance.now();
      await expect(credentials().noteApiKeyUse('hash', NOW_MS + 500_000)).rejects.toThrow();
      expect(performance.now() - beganAtMs).toBeLessThan(1_000);
    } finally {
      tables.engine.faultFor = null;
    }
  });
});

describe('Remembered credentials', () => {
  function world() {
    const clock = { nowMs: NOW_MS };
    const memory = memoryCredentialStore();
    memory.keys.set('hash', anApiKey());
    memory.sessions.set('usr_1 ses_1', aSession());
    memory.people.set('usr_1', aUser());
    memory.workspaces.set('ws_1', aWorkspace());
    memory.members.set('ws_1 usr_1', aMember());
    return { ...memory, clock, remembered: rememberedCredentials(memory.store, () => clock.nowMs) };
  }
  type World = ReturnType<typeof world>;

  it.each<[string, (it: World) => Promise<unknown>, (it: World) => void]>([
    ['key', ({ remembered }) => remembered.findApiKey('hash'), ({ keys }) => keys.clear()],
    ['session', ({ remembered }) => remembered.findSession('usr_1', 'ses_1'), ({ sessions }) => sessions.clear()],
    ['person', ({ remembered }) => remembered.findPerson('usr_1'), ({ people }) => people.clear()],
    ['workspace', ({ remembered }) => remembered.findWorkspace('ws_1'), ({ workspaces }) => workspaces.clear()],
    ['member', ({ remembered }) => remembered.findMember('ws_1', 'usr_1'), ({ members }) => members.clear()],
  ])('read a %s once a second, so that what was revoked stops working within one', async (_, find, revoke) => {
    const here = world();
    for (let call = 0; call < 50; call += 1) expect(await find(here)).not.toBeNull();
    expect(here.calls).toHaveLength(1);
    revoke(here);
    here.clock.nowMs += CREDENTIAL_MEMORY_MS - 1;
    expect(await find(here)).not.toBeNull();
    here.clock.nowMs += 1;
    expect(await find(here)).toBeNull();
  });

  it('do not remember strangers: what was just made works at once', async () => {
    const { keys, sessions, remembered } = world();
    expect([await remembered.findApiKey('new'), await remembered.findSession('usr_1', 'ses_2')]).toEqual([null, null]);
    keys.set('new', anApiKey({ id: 'key_2' }));
    sessions.set('usr_1 ses_2', aSession({ id: 'ses_2' }));
    expect((await remembered.findApiKey('new'))?.id).toBe('key_2');
    expect((await remembered.findSession('usr_1', 'ses_2'))?.id).toBe('ses_2');
  });

  it('keep their kinds apart, and a bounded number of each', async () => {
    const { keys, calls, remembered } = world();
    expect(await remembered.findWorkspace('hash')).toBeNull();
    expect(await remembered.findApiKey('hash')).toEqual(anApiKey());
    for (let index = 0; index < 1_100; index += 1) {
      keys.set(`k${index}`, anApiKey());
      await remembered.findApiKey(`k${index}`);
    }
    calls.length = 0;
    await remembered.findApiKey('k1099');
    await remembered.findApiKey('k0');
    expect(calls).toEqual(['key k0']);
  });

  it('remember a use that was noted, so that it is noted once', async () => {
    const { calls, remembered } = world();
    await remembered.findApiKey('hash');
    await remembered.findSession('usr_1', 'ses_1');
    await remembered.noteApiKeyUse('hash', NOW_MS + 5);
    await remembered.noteSessionUse('usr_1', 'ses_1', NOW_MS + 6);
    expect(await remembered.findApiKey('hash')).toEqual(anApiKey({ lastUsedAtMs: NOW_MS + 5 }));
    expect(await remembered.findSession('usr_1', 'ses_1')).toEqual(aSession({ lastUsedAtMs: NOW_MS + 6 }));
    expect(calls.slice(2)).toEqual([`note key hash ${NOW_MS + 5}`, `note session usr_1 ses_1 ${NOW_MS + 6}`]);
  });
});
