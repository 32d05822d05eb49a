import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ShardMarks } from '../core/clicks/counted-through.ts';
import type { DocumentClient } from './dynamodb.ts';
import { shardBehindKey, shardsBehindPartition } from './table.ts';

/** A mark that nobody takes away outlives its shard's records by this: they are gone from the stream after 24 hours. */
const MARK_LIFETIME_S = 86_400;

export const shardMarks = (client: DocumentClient, table: string): ShardMarks => ({
  async markBehind(shardId, throughMs) {
    const ttl_s = Math.floor(throughMs / 1_000) + MARK_LIFETIME_S;
    const Item = { ...shardBehindKey(shardId), through_ms: throughMs, ttl_s };
    await client.send(new PutCommand({ TableName: table, Item }));
  },
  async clear(shardId) {
    await client.send(new DeleteCommand({ TableName: table, Key: shardBehindKey(shardId) }));
  },
});

/** How far each shard that is behind has come; those whose records have left the stream are no longer behind. */
export async function readShardMarks(client: DocumentClient, table: string, nowMs: number): Promise<readonly number[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :behind',
      ExpressionAttributeValues: { ':behind': shardsBehindPartition() },
    }),
  );
  return Items.filter(({ ttl_s }) => Number(ttl_s) * 1_000 > nowMs).map(({ through_ms }) => Number(through_ms));
}
