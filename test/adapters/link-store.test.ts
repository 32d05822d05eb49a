import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { fromAuditItem } from '../../adapters/audit-items.ts';
import { linkStore } from '../../adapters/link-store.ts';
import { auditKey } from '../../adapters/table.ts';
import { createLink } from '../../core/links/create-link.ts';
import type { EngineCall, Fault } from '../../local/engines/engine.ts';
import { createDeps } from '../fixtures/create-deps.ts';
import { aDraft, aLink, NO_FILTER, NOW_MS } from '../fixtures/links.ts';
import { memoryLinkStore } from '../fixtures/memory-link-store.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';
import { linkStoreContract } from './contracts/link-store.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterEach(() => {
  tables.engine.faultFor = null;
});
afterAll(() => tables.close());

const memory = memoryLinkStore();
linkStoreContract(
  'in memory',
  () => memory,
  async (workspaceId) => memory.entries.filter((entry) => entry.workspaceId === workspaceId),
);
linkStoreContract('in DynamoDB', () => store(), entriesOf);

const store = () => linkStore(tables.client, 'links', 'accounts');

async function entriesOf(workspaceId: string) {
  const { Items = [] } = await tables.client.send(
    new QueryCommand({
      TableName: 'accounts',
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': auditKey(workspaceId, '').pk },
    }),
  );
  return Items.map(fromAuditItem);
}

/** Lets `fault` happen to the first call of an action. */
function failFirst(action: string, fault: Fault): void {
  let happened = false;
  tables.engine.faultFor = (call: EngineCall) => {
    if (happened || call.action !== action) return null;
    happened = true;
    return fault;
  };
}

describe('A lost answer', () => {
  it('to a create still makes exactly one link', async () => {
    failFirst('dynamodb:PutItem', { kind: 'lose-answer' });
    const link = aLink({ code: 'lost-create', workspaceId: 'ws_lost', creationId: 'lost' });
    expect(await store().create(link, { claimTarget: false })).toEqual({ kind: 'created', link });
  });

  it.each([false, true])('to a create through core makes one link, claiming its target: %s', async (claims) => {
    failFirst(claims ? 'dynamodb:TransactWriteItems' : 'dynamodb:PutItem', { kind: 'lose-answer' });
    const workspaceId = `ws_lost_${claims}`;
    const deps = { ...createDeps(), store: store() };
    const draft = aDraft({ ifExists: claims ? 'return' : 'create' });
    const { link } = await createLink(deps, { workspaceId, creationId: `creation-${claims}`, draft });
    expect((await store().list(workspaceId, NO_FILTER, 10, null, NOW_MS)).items).toEqual([link]);
  });

  it('to a group of links makes them once', async () => {
    failFirst('dynamodb:TransactWriteItems', { kind: 'lose-answer' });
    const links = ['g1', 'g2'].map((code) => aLink({ code: `lost-${code}`, workspaceId: 'ws_lost_group' }));
    expect(await store().createTogether(links)).toEqual({ taken: [] });
    expect((await store().list('ws_lost_group', NO_FILTER, 10, null, NOW_MS)).items).toHaveLength(2);
  });
});

describe('A store that refuses for a moment', () => {
  it.each([
    [400, 'ProvisionedThroughputExceededException'],
    [400, 'ThrottlingException'],
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
  ])('is asked again: %i %s', async (status, errorType) => {
    const link = aLink({ code: `refused-${errorType}`.slice(0, 30), creationId: errorType });
    failFirst('dynamodb:PutItem', { kind: 'refuse', status, errorType });
    expect((await store().create(link, { claimTarget: false })).kind).toBe('created');
  });

  it('in the middle of a page leaves out nothing', async () => {
    const links = Array.from({ length: 5 }, (_, index) =>
      aLink({ code: `page-${index}`, workspaceId: 'ws_page', creationId: 'p', createdAtMs: NOW_MS + index }),
    );
    await store().createTogether(links);
    failFirst('dynamodb:Query', { kind: 'refuse', status: 400, errorType: 'ThrottlingException' });
    expect((await store().list('ws_page', NO_FILTER, 10, null, NOW_MS)).items).toHaveLength(5);
  });
});

describe('A cursor that is not from this list', () => {
  const key = { pk: 'link#default/a', sk: 'link', workspace_id: 'ws_1', created_at: '2026-11-21T12:00:00.000Z' };

  it.each([
    ['other names', { pk: 'a', sk: 'b', workspace_id: 'ws_1', color: 'c' }],
    ['a number for a text', { ...key, pk: 5 }],
    ['a missing name', { pk: 'a', sk: 'link', workspace_id: 'ws_1' }],
    ['another index’s key', { pk: 'a', sk: 'link', workspace_external_id: 'ws_1#x', created_at: 'x' }],
    ['nothing', {}],
  ])('is refused as the caller’s mistake: %s', async (_, cursor) => {
    await expect(store().list('ws_1', NO_FILTER, 10, JSON.stringify(cursor), NOW_MS)).rejects.toMatchObject({
      word: 'VALIDATION_FAILED',
      details: { errors: [{ path: 'cursor' }] },
    });
  });
});
