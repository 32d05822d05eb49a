import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MAX_SEATS } from '../core/accounts/workspace.ts';
import type { DocumentClient } from './dynamodb.ts';
import { inviteKey, memberKey, workspaceKey, workspacePartition } from './table.ts';
import type { TransactionWrite } from './transaction.ts';

/**
 * Members and open invites of a workspace are counted on its item, so that a condition can keep them to MAX_SEATS. A new
 * workspace has no count: its owner sits alone. The count is never too low; it is too high where an invite ran out
 * (nothing counts when DynamoDB tidies up) or a member was erased. So it is only believed to be full after a recount.
 */
const NOT_DELETED = '#status = :active';

export const takesSeat = (table: string, workspaceId: string): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: workspaceKey(workspaceId),
    UpdateExpression:
      'SET seats = if_not_exists(seats, :one) + :one, seat_changes = if_not_exists(seat_changes, :none) + :one',
    ConditionExpression: `${NOT_DELETED} AND (attribute_not_exists(seats) OR seats < :max)`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active', ':one': 1, ':none': 0, ':max': MAX_SEATS },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

export const freesSeat = (table: string, workspaceId: string): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: workspaceKey(workspaceId),
    UpdateExpression:
      'SET seats = if_not_exists(seats, :one) - :one, seat_changes = if_not_exists(seat_changes, :none) + :one',
    ConditionExpression: NOT_DELETED,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active', ':one': 1, ':none': 0 },
  },
});

/** For a change that takes and frees none. */
export const isOpen = (table: string, workspaceId: string): TransactionWrite => ({
  ConditionCheck: {
    TableName: table,
    Key: workspaceKey(workspaceId),
    ConditionExpression: NOT_DELETED,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active' },
  },
});

/**
 * Puts the count right, unless a seat was taken or freed meanwhile, and answers whether there is room now. Invites that
 * ran out go first, as DynamoDB would take them away sooner or later. Invites lie before members, so one that is accepted
 * while they are counted is counted twice: too high, never too low.
 */
export async function recountSeats(
  client: DocumentClient,
  table: string,
  workspaceId: string,
  nowMs: number,
): Promise<boolean> {
  const { Item: workspace } = await client.send(
    new GetCommand({ TableName: table, Key: workspaceKey(workspaceId), ConsistentRead: true }),
  );
  const seats = await seatItems(client, table, workspaceId);
  const expired = seats.filter((item) => Number(item['expires_at_ms']) <= nowMs);
  for (const { pk, sk } of expired) await client.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }));
  const counted = seats.length - expired.length;
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: workspaceKey(workspaceId),
        UpdateExpression: 'SET seats = :counted',
        ConditionExpression: 'seat_changes = :seen',
        ExpressionAttributeValues: { ':counted': counted, ':seen': workspace?.['seat_changes'] ?? 0 },
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
  return counted < MAX_SEATS;
}

/** The items of the open invites and the members. */
async function seatItems(client: DocumentClient, table: string, workspaceId: string) {
  const query = {
    TableName: table,
    KeyConditionExpression: 'pk = :partition AND sk BETWEEN :firstInvite AND :lastMember',
    ExpressionAttributeValues: {
      ':partition': workspacePartition(workspaceId),
      ':firstInvite': inviteKey(workspaceId, '').sk,
      ':lastMember': memberKey(workspaceId, '~').sk,
    },
    ConsistentRead: true,
  };
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateQuery({ client }, query)) items.push(...Items);
  return items.filter(({ sk }) => /^(invite|member)#/.test(String(sk)));
}
