import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { RowErasure, RowErasures } from '../core/lake/row-erasure.ts';
import type { DocumentClient } from './dynamodb.ts';
import { allItemsOf } from './items-of.ts';
import { rowErasureKey, rowErasuresPartition } from './table.ts';
import { unlessRefused } from './unless-refused.ts';

export const rowErasureItem = ({ workspaceId, erasedAtMs, isCleared }: RowErasure) => ({
  ...rowErasureKey(workspaceId),
  erased_at_ms: erasedAtMs,
  cleared: isCleared,
});

const item = z.object({ sk: z.string(), erased_at_ms: z.int(), cleared: z.boolean() });

/** Erased workspaces whose rows are still to leave the lake: an item each, which goes with the last row. */
export const rowErasures = (client: DocumentClient, table: string): RowErasures => ({
  async all() {
    const items = await allItemsOf(client, table, rowErasuresPartition());
    return items.map((found) => {
      const { sk, erased_at_ms, cleared } = item.parse(found);
      return { workspaceId: sk, erasedAtMs: erased_at_ms, isCleared: cleared };
    });
  },

  async clear({ workspaceId }) {
    await unlessRefused(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: rowErasureKey(workspaceId),
          UpdateExpression: 'SET cleared = :yes',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':yes': true },
        }),
      ),
    );
  },

  async remove({ workspaceId }) {
    await client.send(new DeleteCommand({ TableName: table, Key: rowErasureKey(workspaceId) }));
  },
});
