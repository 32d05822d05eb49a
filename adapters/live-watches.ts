import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Watch, WatchStore } from '../core/clicks/live-watch.ts';
import { batchGet } from './batch-get.ts';
import type { DocumentClient } from './dynamodb.ts';
import { liveWatchKey } from './table.ts';

/** A watch that is over is as good as none; nothing is tidied away that somebody's clock still takes for open. */
const KEPT_MS = 60_000;

/** Watches as one item per workspace. All reads are consistent: a click made after the watch began must find it. */
export const watchStore = (client: DocumentClient, table: string): WatchStore => ({
  async read(workspaceId) {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: liveWatchKey(workspaceId), ConsistentRead: true }),
    );
    return Item === undefined ? null : watchOf(Item);
  },
  async readMany(workspaceIds) {
    const items = await batchGet(client, table, workspaceIds.map(liveWatchKey), { consistent: true });
    return new Map(items.map((item) => [String(item['workspace_id']), watchOf(item)]));
  },
  async replace(workspaceId, { sinceMs, untilMs, watchers, version }) {
    const item = {
      ...liveWatchKey(workspaceId),
      workspace_id: workspaceId,
      since_ms: sinceMs,
      until_ms: untilMs,
      watchers,
      version,
      ttl_s: Math.ceil((untilMs + KEPT_MS) / 1_000),
    };
    try {
      await client.send(new PutCommand({ TableName: table, Item: item, ...isStill(version - 1) }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
});

const isStill = (version: number) =>
  version === 0
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': version },
      };

const watchOf = (item: Readonly<Record<string, unknown>>): Watch => ({
  sinceMs: Number(item['since_ms']),
  untilMs: Number(item['until_ms']),
  watchers: item['watchers'] as Watch['watchers'],
  version: Number(item['version']),
});
