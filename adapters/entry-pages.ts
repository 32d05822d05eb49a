import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Page } from '../core/links/link-store.ts';
import type { DocumentClient } from './dynamodb.ts';

type Item = Readonly<Record<string, unknown>>;

/** Entries of one kind in one partition: their sort keys are `prefix` and an id. */
export type EntryQuery = {
  readonly table: string;
  readonly partition: string;
  readonly prefix: string;
  readonly order: 'first_to_last' | 'last_to_first';
  readonly filter?: {
    readonly FilterExpression: string;
    readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
    readonly ExpressionAttributeValues: Readonly<Record<string, unknown>>;
  };
};

/** A page of them, from the entry behind `afterId` on; its cursor is the id of the last entry that was looked at. */
export async function entryPage(
  client: DocumentClient,
  { table, partition, prefix, order, filter }: EntryQuery,
  limit: number,
  afterId: string | null,
): Promise<Page<Item>> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
      ...filter,
      ExpressionAttributeNames: filter?.ExpressionAttributeNames && { ...filter.ExpressionAttributeNames },
      ExpressionAttributeValues: {
        ':partition': partition,
        ':prefix': prefix,
        ...filter?.ExpressionAttributeValues,
      },
      ConsistentRead: true,
      ScanIndexForward: order === 'first_to_last',
      Limit: limit,
      ExclusiveStartKey: afterId === null ? undefined : { pk: partition, sk: prefix + afterId },
    }),
  );
  const last = LastEvaluatedKey?.['sk'];
  return { items: Items, cursor: typeof last === 'string' ? last.slice(prefix.length) : null };
}
