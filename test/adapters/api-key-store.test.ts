import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { apiKeyStore } from '../../adapters/api-key-store.ts';
import { workspaceKey } from '../../adapters/table.ts';
import { workspaceItem } from '../../adapters/workspace-items.ts';
import type { EngineCall, Fault } from '../../local/engines/engine.ts';
import { anApiKey, aWorkspace } from '../fixtures/accounts.ts';
import { anEntry } from '../fixtures/audit-entries.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
let workspaces = 0;
beforeAll(async () => {
  tables = await startTables();
});
afterEach(() => {
  tables.engine.faultFor = null;
});
afterAll(() => tables.close());

const store = () => apiKeyStore(tables.client, 'accounts');

async function newWorkspace(status: 'active' | 'deleted' = 'active'): Promise<string> {
  workspaces += 1;
  const id = `ws_${workspaces}`;
  await tables.client.send(new PutCommand({ TableName: 'accounts', Item: workspaceItem(aWorkspace({ id, status })) }));
  return id;
}

const keyCount = async (workspaceId: string) =>
  (await tables.client.send(new GetCommand({ TableName: 'accounts', Key: workspaceKey(workspaceId) }))).Item?.[
    'key_count'
  ];

const put = (workspaceId: string, id: string) =>
  store().put(
    anApiKey({ id, workspaceId }),
    `${workspaceId}-${id}`,
    anEntry({ workspaceId, action: 'api_key.created' }),
  );

/** Lets `fault` happen to the first transaction. */
function failFirst(fault: Fault): void {
  let happened = false;
  tables.engine.faultFor = (call: EngineCall) => {
    if (happened || call.action !== 'dynamodb:TransactWriteItems') return null;
    happened = true;
    return fault;
  };
}

describe('API keys in DynamoDB', () => {
  it('are found again with every member', async () => {
    const workspaceId = await newWorkspace();
    const key = anApiKey({ id: 'key_full', workspaceId, name: 'ü "<b>', expiresAtMs: 5, lastUsedAtMs: 7 });
    await store().put(key, 'hash-full', anEntry({ workspaceId }));
    expect(await store().list(workspaceId, 10, null)).toEqual({ items: [key], cursor: null });
  });

  it('are not made in a workspace that is deleted or not there', async () => {
    expect(await put(await newWorkspace('deleted'), 'key_1')).toBe('gone');
    expect(await put('ws_nothing', 'key_1')).toBe('gone');
    expect((await store().list('ws_nothing', 10, null)).items).toEqual([]);
  });

  it.each([
    ['a lost answer', { kind: 'lose-answer' }],
    ['a throttle', { kind: 'refuse', status: 400, errorType: 'ThrottlingException' }],
    ['a failure of the store', { kind: 'refuse', status: 500, errorType: 'InternalServerError' }],
  ] as const)('are made and revoked once, whatever comes between: %s', async (_, fault) => {
    const workspaceId = await newWorkspace();
    failFirst(fault);
    expect(await put(workspaceId, 'key_1')).toBe('created');
    await put(workspaceId, 'key_2');
    expect(await keyCount(workspaceId)).toBe(2);
    failFirst(fault);
    expect(await store().revoke(workspaceId, 'key_1', anEntry({ workspaceId }))).toBe('revoked');
    expect([
      await keyCount(workspaceId),
      (await store().list(workspaceId, 10, null)).items.map(({ id }) => id),
    ]).toEqual([1, ['key_2']]);
  });

  it('are revoked together once where the answer is lost', async () => {
    const workspaceId = await newWorkspace();
    for (const id of ['key_1', 'key_2', 'key_3']) await put(workspaceId, id);
    failFirst({ kind: 'lose-answer' });
    const revokeSome = () => store().revokeSome(workspaceId, 30, () => anEntry({ workspaceId }));
    while ((await revokeSome()) === 'more');
    expect([await keyCount(workspaceId), (await store().list(workspaceId, 10, null)).items]).toEqual([0, []]);
  });
});
