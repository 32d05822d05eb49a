import { DeleteCommand, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { Session } from '../core/accounts/session.ts';
import { isAlive } from '../core/accounts/session.ts';
import type { RefreshToken, RotationOutcome, SessionStore } from '../core/accounts/session-store.ts';
import { batchDelete } from './batch-delete.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromSessionItem, refreshTokenItem, sessionItem } from './session-items.ts';
import { refreshTokenKey, sessionKey, userKey, userPartition } from './table.ts';
import { transact } from './transaction.ts';

/** Sessions in DynamoDB, in their person's partition. */
export function sessionStore(client: DocumentClient, table: string): SessionStore {
  return {
    put: (session, refresh, passwordChangedAtMs) => put(client, table, session, refresh, passwordChangedAtMs),
    async find(userId, sessionId) {
      const Key = sessionKey(userId, sessionId);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? null : fromSessionItem(Item);
    },
    async list(userId, nowMs) {
      const sessions = (await sessionItems(client, table, userId)).map(fromSessionItem);
      return sessions
        .filter((session) => isAlive(session, nowMs))
        .toSorted((one, other) => other.lastUsedAtMs - one.lastUsedAtMs);
    },
    rotate: (session, usedSha256, next) => rotate(client, table, session, usedSha256, next),
    async end(userId, sessionId) {
      const Key = sessionKey(userId, sessionId);
      // The session goes first: from then on none of its tokens can be rotated, so none escapes the sweep.
      const { Attributes } = await client.send(new DeleteCommand({ TableName: table, Key, ReturnValues: 'ALL_OLD' }));
      await sweepRefreshTokens(client, table, userId, (id) => id === sessionId);
      return Attributes !== undefined;
    },
    async endAll(userId, { exceptSessionId } = {}) {
      const isMeant = (sessionId: string): boolean => sessionId !== exceptSessionId;
      const ids = (await sessionItems(client, table, userId)).map(({ id }) => String(id)).filter(isMeant);
      await batchDelete(
        client,
        table,
        ids.map((id) => sessionKey(userId, id)),
      );
      await sweepRefreshTokens(client, table, userId, isMeant);
    },
  };
}

async function put(
  client: DocumentClient,
  table: string,
  session: Session,
  refresh: RefreshToken,
  passwordChangedAtMs: number,
): Promise<'opened' | 'refused'> {
  const isSamePerson = {
    TableName: table,
    Key: userKey(session.userId),
    ConditionExpression: '#status = :active AND password_changed_at_ms = :passwordChangedAtMs',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active', ':passwordChangedAtMs': passwordChangedAtMs },
  };
  const refusals = await transact(client, {
    person: { ConditionCheck: isSamePerson },
    session: { Put: { TableName: table, Item: sessionItem(session) } },
    token: { Put: { TableName: table, Item: refreshTokenItem(session, refresh) } },
  });
  return refusals === null ? 'opened' : 'refused';
}

async function rotate(
  client: DocumentClient,
  table: string,
  session: Session,
  usedSha256: string,
  next: RefreshToken,
): Promise<RotationOutcome> {
  const nowMs = session.lastUsedAtMs;
  const use = {
    TableName: table,
    Key: refreshTokenKey(session.userId, usedSha256),
    UpdateExpression: 'SET used_at_ms = :now',
    ConditionExpression: 'session_id = :session AND attribute_not_exists(used_at_ms) AND expires_at_ms > :now',
    ExpressionAttributeValues: { ':session': session.id, ':now': nowMs },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  const touch = {
    TableName: table,
    Key: sessionKey(session.userId, session.id),
    UpdateExpression: 'SET last_used_at_ms = :now',
    ConditionExpression: 'expires_at_ms > :now',
    ExpressionAttributeValues: { ':now': nowMs },
  };
  const isActive = {
    TableName: table,
    Key: userKey(session.userId),
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active' },
  };
  const refusals = await transact(client, {
    used: { Update: use },
    session: { Update: touch },
    person: { ConditionCheck: isActive },
    next: { Put: { TableName: table, Item: refreshTokenItem(session, next) } },
  });
  if (refusals === null) return 'rotated';
  const found = refusals.get('used');
  return found?.['session_id'] === session.id && found['used_at_ms'] !== undefined ? 'reused' : 'refused';
}

const sessionItems = (client: DocumentClient, table: string, userId: string) =>
  itemsUnder(client, table, userId, sessionKey(userId, '').sk);

async function sweepRefreshTokens(
  client: DocumentClient,
  table: string,
  userId: string,
  isMeant: (sessionId: string) => boolean,
): Promise<void> {
  const items = await itemsUnder(client, table, userId, refreshTokenKey(userId, '').sk);
  const meant = items.filter(({ session_id }) => isMeant(String(session_id)));
  await batchDelete(
    client,
    table,
    meant.map(({ pk, sk }) => ({ pk, sk })),
  );
}

/** All items of one kind in a person's partition. */
async function itemsUnder(
  client: DocumentClient,
  table: string,
  userId: string,
  sortKeyPrefix: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const items: Record<string, unknown>[] = [];
  const query = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': userPartition(userId), ':prefix': sortKeyPrefix },
    ConsistentRead: true,
  };
  for await (const page of paginateQuery({ client }, query)) items.push(...(page.Items ?? []));
  return items;
}
