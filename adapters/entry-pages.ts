import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Page } from '../core/links/link-store.ts';
import type { DocumentClient } from './dynamodb.ts';

type Item = Readonly<Record<string, unknown>>;

/** Entries of one kind in one partition: their sort keys are `prefix` and an id. */
export type EntryQuery = {
  readonly table: string;
  readonly partition: string;
  readonly prefix: string;
  readonly filter?: {
    readonly FilterExpression: string;
    readonly ExpressionAttributeValues: Readonly<Record<string, unknown>>;
  };
};

/** A page of them, from the entry behind `afterId` on; its cursor is the id of the last entry that was looked at. */
export async function entryPage(
  client: DocumentClient,
  { table, partition, prefix, filter }: EntryQuery,
  limit: number,
  afterId: string | null,
): Promise<Page<Item>> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      FilterExpression: filter?.FilterExpression,
      ExpressionAttributeValues: {
        ':partition': partition,
        ':prefix': prefix,
        ...filter?.ExpressionAttributeValues,
      },
      ConsistentRead: true,
      // One more tells whether this page is the last.
      Limit: limit + 1,
      ExclusiveStartKey: afterId === null ? undefined : { pk: partition, sk: prefix + afterId },
    }),
  );
  const items = Items.slice(0, limit);
  const last = Items.length > limit ? items.at(-1) : LastEvaluatedKey;
  return { items, cursor: last === undefined ? null : String(last['sk']).slice(prefix.length) };
}
