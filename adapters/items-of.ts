import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { DocumentClient } from './dynamodb.ts';

export type Item = Readonly<Record<string, unknown>>;

/**
 * The items of one partition whose sort key begins so, as they stand now, in pages of at least one. Items may be deleted
 * meanwhile.
 */
export async function* itemsOf(
  client: DocumentClient,
  table: string,
  partition: string,
  sortKeyPrefix = '',
): AsyncGenerator<readonly Item[]> {
  const isWhole = sortKeyPrefix === '';
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: isWhole ? 'pk = :partition' : 'pk = :partition AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':partition': partition, ...(isWhole ? {} : { ':prefix': sortKeyPrefix }) },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) if (Items.length > 0) yield Items;
}

/** The whole of a partition that is known to be small. */
export async function allItemsOf(client: DocumentClient, table: string, partition: string): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const items of itemsOf(client, table, partition)) all.push(...items);
  return all;
}

export const keyOf = ({ pk, sk }: Item): Item => ({ pk, sk });
