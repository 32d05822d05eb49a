import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { SeatCounts } from '../core/accounts/usage.ts';
import type { DocumentClient } from './dynamodb.ts';
import { inviteKey, memberKey, workspaceApiKeyKey, workspacePartition } from './table.ts';

/** Counts what lies in a workspace's partition; each kind has a hundred at most, so one read counts it. */
export function seatCounts(client: DocumentClient, table: string, nowMs: () => number): SeatCounts {
  const count = async (workspaceId: string, prefix: string): Promise<number> => {
    const { Count = 0 } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        FilterExpression: 'attribute_not_exists(ttl_s) OR ttl_s > :now',
        ExpressionAttributeValues: {
          ':pk': workspacePartition(workspaceId),
          ':prefix': prefix,
          ':now': Math.floor(nowMs() / 1_000),
        },
        Select: 'COUNT',
        ConsistentRead: true,
      }),
    );
    return Count;
  };
  return async (workspaceId) => {
    const [members, invites, apiKeys] = await Promise.all([
      count(workspaceId, memberKey(workspaceId, '').sk),
      count(workspaceId, inviteKey(workspaceId, '').sk),
      count(workspaceId, workspaceApiKeyKey(workspaceId, '').sk),
    ]);
    return { members: members + invites, apiKeys };
  };
}
