import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { apiKeyItem, workspaceItem } from '../../adapters/account-items.ts';
import { CREDENTIAL_MEMORY_MS, credentialStore, rememberedCredentials } from '../../adapters/credential-store.ts';
import type { ApiKey } from '../../core/accounts/api-key.ts';
import type { CredentialStore } from '../../core/accounts/authenticate.ts';
import type { Workspace } from '../../core/accounts/plan.ts';
import { NOW_MS } from '../fixtures/links.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

const KEY: ApiKey = {
  id: 'key_1',
  workspaceId: 'ws_1',
  name: 'CI',
  scopes: ['urls:read', 'qr:write'],
  createdAtMs: NOW_MS,
};
const WORKSPACE: Workspace = { id: 'ws_1', name: 'Acme', plan: 'pro', createdAtMs: NOW_MS };

describe('Credentials in DynamoDB', () => {
  let tables: TestTables;
  beforeAll(async () => {
    tables = await startTables();
    for (const Item of [apiKeyItem(KEY, 'hash'), workspaceItem(WORKSPACE)])
      await tables.client.send(new PutCommand({ TableName: 'accounts', Item }));
  });
  afterAll(() => tables.close());

  it('are found as they were stored, and nothing else is', async () => {
    const store = credentialStore(tables.client, 'accounts');
    expect([await store.findApiKey('hash'), await store.findWorkspace('ws_1')]).toEqual([KEY, WORKSPACE]);
    expect([
      await store.findApiKey('ws_1'),
      await store.findApiKey('other'),
      await store.findWorkspace('hash'),
    ]).toEqual([null, null, null]);
  });
});

describe('Remembered credentials', () => {
  function world() {
    const clock = { nowMs: NOW_MS };
    const reads: string[] = [];
    const known = new Map<string, ApiKey>([['hash', KEY]]);
    const store: CredentialStore = {
      findApiKey: async (hash) => {
        reads.push(hash);
        return known.get(hash) ?? null;
      },
      findWorkspace: async (id) => {
        reads.push(id);
        return WORKSPACE;
      },
    };
    return { clock, reads, known, remembered: rememberedCredentials(store, () => clock.nowMs) };
  }

  it('are read once a second, so that a revoked key stops working within one', async () => {
    const { clock, reads, known, remembered } = world();
    for (let call = 0; call < 50; call += 1) expect(await remembered.findApiKey('hash')).toEqual(KEY);
    expect(reads).toHaveLength(1);
    known.clear();
    clock.nowMs += CREDENTIAL_MEMORY_MS - 1;
    expect(await remembered.findApiKey('hash')).toEqual(KEY);
    clock.nowMs += 1;
    expect(await remembered.findApiKey('hash')).toBeNull();
  });

  it('do not remember strangers: a key that was just made works at once', async () => {
    const { known, remembered } = world();
    expect(await remembered.findApiKey('new')).toBeNull();
    known.set('new', { ...KEY, id: 'key_2' });
    expect((await remembered.findApiKey('new'))?.id).toBe('key_2');
  });

  it('keep keys and workspaces apart, and a bounded number of each', async () => {
    const { known, reads, remembered } = world();
    expect(await remembered.findWorkspace('hash')).toEqual(WORKSPACE);
    expect(await remembered.findApiKey('hash')).toEqual(KEY);
    for (let index = 0; index < 1_100; index += 1) {
      known.set(`k${index}`, KEY);
      await remembered.findApiKey(`k${index}`);
    }
    reads.length = 0;
    await remembered.findApiKey('k1099');
    await remembered.findApiKey('k0');
    expect(reads).toEqual(['k0']);
  });
});
