import { PutCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Pieces } from '../core/accounts/erasure.ts';
import { erasedLink } from '../core/links/link.ts';
import { batchDelete } from './batch-delete.ts';
import { erasedLinkTotalItem } from './count-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { Item } from './items-of.ts';
import { allItemsOf, itemsOf, keyOf } from './items-of.ts';
import { toLinkItem, workspaceTarget } from './link-item.ts';
import { LINK_SORT_KEY, linkKey, linkOfPartitionKey, targetClaimKey } from './table.ts';
import { transact } from './transaction.ts';
import { unlessRefused } from './unless-refused.ts';

export type LinkTables = { readonly links: string; readonly counts: string };

/** Links erased side by side; the SDK keeps as many connections. */
const ERASED_AT_ONCE = 50;
/** Links closed by one transaction, and transactions side by side: visitors see how fast this is. */
const CLOSED_TOGETHER = 50;
const CLOSINGS_AT_ONCE = 4;

/** A link leaves the index of its workspace with the last thing done to it, so what is in the index is still to do. */
export function linkErasure(client: DocumentClient, tables: LinkTables) {
  async function* linksOf(workspaceId: string, pageSize: number): AsyncGenerator<readonly Item[]> {
    const pages = paginateQuery(
      { client, pageSize },
      {
        TableName: tables.links,
        IndexName: 'byWorkspace',
        KeyConditionExpression: 'workspace_id = :workspace',
        ExpressionAttributeValues: { ':workspace': workspaceId },
      },
    );
    for await (const { Items = [] } of pages) if (Items.length > 0) yield Items;
  }

  const closing = (workspaceId: string, { pk, sk }: Item) => ({
    TableName: tables.links,
    Key: { pk, sk },
    UpdateExpression: 'SET #status = :deleted, version = version + :one REMOVE workspace_target, workspace_external_id',
    ConditionExpression: 'workspace_id = :workspace AND #status <> :deleted',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':deleted': 'deleted', ':one': 1, ':workspace': workspaceId },
  });

  /** One by one where one of them is closed already. */
  async function closeTogether(workspaceId: string, links: readonly Item[]): Promise<void> {
    const updates = links.map((link) => closing(workspaceId, link));
    const named = Object.fromEntries(updates.map((Update) => [String(Update.Key.pk), { Update }]));
    if (links.length === 0 || (await transact(client, named)) === null) return;
    await Promise.all(updates.map((update) => unlessRefused(client.send(new UpdateCommand(update)))));
  }

  async function erase(workspaceId: string, listed: Item): Promise<void> {
    const name = linkOfPartitionKey(String(listed['pk']));
    const items = await allItemsOf(client, tables.links, linkKey(name.domain, name.code).pk);
    const targets = new Set(items.map((item) => item['target_url']).filter((target) => typeof target === 'string'));
    const claims = [...targets].map((target) => targetClaimKey(workspaceTarget(workspaceId, target)));
    const besides = items.filter(({ sk }) => sk !== LINK_SORT_KEY).map(keyOf);
    await eraseCounts(name);
    await batchDelete(client, tables.links, [...claims, ...besides]);
    const version = Math.max(...items.map((item) => Number(item['version'] ?? 0)));
    await unlessRefused(
      client.send(
        new PutCommand({
          TableName: tables.links,
          Item: toLinkItem(erasedLink({ ...name, version })),
          ConditionExpression: 'workspace_id = :workspace',
          ExpressionAttributeValues: { ':workspace': workspaceId },
        }),
      ),
    );
  }

  /** The marker first: behind it nothing is counted any more, so what is removed stays removed. */
  async function eraseCounts(name: { readonly domain: string; readonly code: string }): Promise<void> {
    const marker = erasedLinkTotalItem(name);
    await client.send(new PutCommand({ TableName: tables.counts, Item: marker }));
    for await (const items of itemsOf(client, tables.counts, marker.pk)) {
      await batchDelete(client, tables.counts, items.filter(({ sk }) => sk !== marker.sk).map(keyOf));
    }
  }

  return {
    async *closeLinks(workspaceId: string): Pieces {
      for await (const links of linksOf(workspaceId, CLOSED_TOGETHER * CLOSINGS_AT_ONCE)) {
        const open = links.filter(({ status }) => status !== 'deleted');
        const groups = Array.from({ length: CLOSINGS_AT_ONCE }, (_, index) =>
          open.slice(index * CLOSED_TOGETHER, (index + 1) * CLOSED_TOGETHER),
        );
        await Promise.all(groups.map((group) => closeTogether(workspaceId, group)));
        yield;
      }
    },
    async *eraseLinks(workspaceId: string): Pieces {
      for await (const links of linksOf(workspaceId, ERASED_AT_ONCE)) {
        await Promise.all(links.map((link) => erase(workspaceId, link)));
        yield;
      }
    },
  };
}
