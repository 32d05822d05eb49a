import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { sessionStore } from '../../adapters/session-store.ts';
import { userPartition } from '../../adapters/table.ts';
import { userItem } from '../../adapters/user-items.ts';
import type { User } from '../../core/accounts/user.ts';
import { aSession, aUser } from '../fixtures/accounts.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memorySessionStore } from '../fixtures/memory-session-store.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';
import { sessionStoreContract } from './contracts/session-store.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const people = new Map<string, User>();
const inMemory = memorySessionStore((id) => people.get(id));
sessionStoreContract(
  'in memory',
  () => inMemory,
  async (user) => void people.set(user.id, user),
);

const putUser = async (user: User): Promise<void> => {
  await tables.client.send(new PutCommand({ TableName: 'accounts', Item: userItem(user) }));
};
const inDynamoDb = () => sessionStore(tables.client, 'accounts');
sessionStoreContract('in DynamoDB', inDynamoDb, putUser);

describe('Sessions in DynamoDB', () => {
  const itemsOf = async (userId: string): Promise<readonly Record<string, unknown>[]> => {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': userPartition(userId) } };
    return (await tables.client.send(new QueryCommand({ TableName: 'accounts', ...query }))).Items ?? [];
  };

  it('leave nothing behind when they end, and tell DynamoDB when each item may go', async () => {
    const user = aUser({ id: 'usr_tidy' });
    const session = aSession({ id: 'ses_tidy', userId: user.id });
    await putUser(user);
    await inDynamoDb().put(session, { sha256: 'one', expiresAtMs: NOW_MS + 1_000 }, user.passwordChangedAtMs);
    await inDynamoDb().rotate(session, 'one', { sha256: 'two', expiresAtMs: NOW_MS + 2_000 });
    const lifetimes = (await itemsOf(user.id)).map(({ sk, ttl_s }) => [sk, ttl_s]);
    expect(lifetimes).toEqual([
      ['refresh#one', NOW_MS / 1_000 + 1],
      ['refresh#two', NOW_MS / 1_000 + 2],
      ['session#ses_tidy', session.expiresAtMs / 1_000],
      ['user', undefined],
    ]);
    await inDynamoDb().end(user.id, session.id);
    expect((await itemsOf(user.id)).map(({ sk }) => sk)).toEqual(['user']);
  });

  it('know a rotation of their own whose answer was lost', async () => {
    const user = aUser({ id: 'usr_lossy' });
    const session = aSession({ id: 'ses_lossy', userId: user.id });
    await putUser(user);
    const next = { sha256: 'next', expiresAtMs: NOW_MS + 1_000 };
    await inDynamoDb().put(session, { ...next, sha256: 'first' }, user.passwordChangedAtMs);
    let isLost = false;
    tables.engine.faultFor = ({ action }) => {
      if (isLost || action !== 'dynamodb:TransactWriteItems') return null;
      isLost = true;
      return { kind: 'lose-answer' };
    };
    try {
      expect(await inDynamoDb().rotate(session, 'first', next)).toBe('rotated');
      expect(isLost).toBe(true);
    } finally {
      tables.engine.faultFor = null;
    }
    expect(await inDynamoDb().rotate(session, 'first', { ...next, sha256: 'thief' })).toBe('reused');
  });
});
