import { GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { addDays } from '../core/clicks/time-zone.ts';
import { countersOf } from '../core/events/event-counters.ts';
import type { EventStore } from '../core/events/event-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { countKeysOf, fromCountItem, fromEventItem, isForgotten, toEventItem } from './event-items.ts';
import { eventCountsPartition, eventCountsPrefix, eventKey } from './table.ts';
import { transact } from './transaction.ts';

/** Events and their counters in DynamoDB; one transaction keeps and counts. */
export function eventStore(client: DocumentClient, table: string): EventStore {
  const countUpdate = (
    Key: { readonly pk: string; readonly sk: string },
    counters: Readonly<Record<string, number>>,
  ) => {
    const names = Object.keys(counters);
    return {
      Update: {
        TableName: table,
        Key,
        UpdateExpression: `ADD ${names.map((_, index) => `#${index} :${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:${index}`, counters[name]])),
      },
    };
  };

  return {
    async find(workspaceId, eventId, nowMs) {
      const Key = eventKey(workspaceId, eventId);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined || isForgotten(Item, nowMs) ? null : fromEventItem(workspaceId, Item);
    },

    async record(event) {
      const counters = countersOf(event);
      const { ofWorkspace, ofLink } = countKeysOf(event);
      const refusals = await transact(client, {
        event: {
          Put: {
            TableName: table,
            Item: toEventItem(event),
            ConditionExpression: 'attribute_not_exists(pk) OR ttl_s <= :now',
            ExpressionAttributeValues: { ':now': Math.floor(event.recordedAtMs / 1_000) },
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        workspace: countUpdate(ofWorkspace, counters),
        link: ofLink && countUpdate(ofLink, counters),
      });
      const known = refusals?.get('event');
      return known === undefined || known === null ? null : fromEventItem(event.workspaceId, known);
    },

    async *read(workspaceId, link, { first, last }) {
      const prefix = eventCountsPrefix(link);
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :behind',
          ExpressionAttributeValues: {
            ':pk': eventCountsPartition(workspaceId),
            ':first': `${prefix}${first}`,
            ':behind': `${prefix}${addDays(last, 1)}`,
          },
          ConsistentRead: true,
        },
      );
      for await (const { Items = [] } of pages) yield* Items.map((item) => fromCountItem(link, item));
    },
  };
}
