import { GetCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Batch, BatchId, BatchRun, BatchState } from '../core/batches/batch.ts';
import { isOpen } from '../core/batches/batch.ts';
import type { BatchStore } from '../core/batches/batch-store.ts';
import { batchIdOf, fromBatchItem, orderJson, stateMembers, toBatchItem } from './batch-items.ts';
import type { DocumentClient } from './dynamodb.ts';
import { BATCH_JOB_PREFIX, batchJobKey, jobsPartition, openJobsKey, UNSETTLED_BATCH } from './table.ts';
import type { TransactionWrite } from './transaction.ts';
import { transact } from './transaction.ts';

/** Step Functions is asked after each of them. */
const UNSETTLED_AT_ONCE = 10;

/** Batches in DynamoDB, and beside them the set of ids of the open ones, written in the same transactions. */
export function batchStore(client: DocumentClient, table: string): BatchStore {
  const open = (batch: BatchId, maxOpen: number): TransactionWrite => ({
    Update: {
      TableName: table,
      Key: openJobsKey(batch.workspaceId, 'batch'),
      UpdateExpression: 'ADD ids :ids',
      ConditionExpression: 'attribute_not_exists(ids) OR size(ids) < :max',
      ExpressionAttributeValues: { ':ids': new Set([batch.id]), ':max': maxOpen },
    },
  });

  return {
    async create(batch, maxOpen) {
      const refusals = await transact(client, {
        batch: { Put: { TableName: table, Item: toBatchItem(batch), ConditionExpression: 'attribute_not_exists(pk)' } },
        open: open(batch, maxOpen),
      });
      if (refusals === null) return 'created';
      return refusals.has('batch') ? 'known' : 'full';
    },

    async find(workspaceId, id) {
      const Key = batchJobKey(workspaceId, id);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? null : fromBatchItem(Item);
    },

    async list(workspaceId, limit, beforeId) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': jobsPartition(workspaceId), ':prefix': BATCH_JOB_PREFIX },
          ScanIndexForward: false,
          ConsistentRead: true,
          // One more tells whether this page is the last; an item is far too small for a page to be cut at 1 MB.
          Limit: limit + 1,
          ExclusiveStartKey: beforeId === null ? undefined : batchJobKey(workspaceId, beforeId),
        }),
      );
      const items = Items.slice(0, limit).map(fromBatchItem);
      return { items, cursor: Items.length > limit ? (items.at(-1)?.id ?? null) : null };
    },

    async openIds(workspaceId) {
      const Key = openJobsKey(workspaceId, 'batch');
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      const ids: unknown = Item?.['ids'];
      return ids instanceof Set ? [...ids].map(String) : [];
    },

    async *unsettled() {
      const pages = paginateQuery(
        { client, pageSize: UNSETTLED_AT_ONCE },
        {
          TableName: table,
          IndexName: 'byUnsettled',
          KeyConditionExpression: 'unsettled = :batch',
          ExpressionAttributeValues: { ':batch': UNSETTLED_BATCH },
        },
      );
      for await (const { Items = [] } of pages) if (Items.length > 0) yield Items.map(batchIdOf);
    },

    async change(batch, state, { cleanup } = {}) {
      const refusals = await transact(client, {
        batch: stateWrite(table, batch, state, cleanup === true ? { set: { cleanup: 'pending' } } : {}),
        open: isOpen(state) ? null : closedWrite(table, batch),
      });
      return refusals === null;
    },

    async retry(batch, maxOpen) {
      const refusals = await transact(client, {
        batch: retryWrite(table, batch),
        open: open(batch, maxOpen),
      });
      if (refusals === null) return 'queued';
      return refusals.has('batch') ? 'changed' : 'full';
    },
  };
}

/** Attributes that change together with the state. */
type More = { readonly set?: Readonly<Record<string, string | number>>; readonly remove?: readonly string[] };

/** Sets the state of an open batch in this run; one that ends with nothing to tidy up is looked after no more. */
export function stateWrite(
  table: string,
  { workspaceId, id, run }: BatchRun,
  state: BatchState,
  { set = {}, remove = [] }: More = {},
): TransactionWrite {
  const members = Object.entries({ ...stateMembers(state), ...set });
  const removed = isOpen(state) || set['cleanup'] === 'pending' ? remove : [...remove, 'unsettled'];
  const assignments = members.map(([name]) => `#${name} = :${name}`).join(', ');
  return {
    Update: {
      TableName: table,
      Key: batchJobKey(workspaceId, id),
      UpdateExpression: `SET ${assignments}${removed.length === 0 ? '' : ` REMOVE ${removed.join(', ')}`}`,
      ConditionExpression: '#status IN (:queued, :open) AND #run = :ofRun',
      ExpressionAttributeNames: { ...Object.fromEntries(members.map(([name]) => [`#${name}`, name])), '#run': 'run' },
      ExpressionAttributeValues: {
        ...Object.fromEntries(members.map(([name, value]) => [`:${name}`, value])),
        ':queued': 'queued',
        ':open': 'running',
        ':ofRun': run,
      },
    },
  };
}

/** Takes the batch from the set of the open ones. */
export const closedWrite = (table: string, { workspaceId, id }: BatchId): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: openJobsKey(workspaceId, 'batch'),
    UpdateExpression: 'DELETE ids :ids',
    ExpressionAttributeValues: { ':ids': new Set([id]) },
  },
});

const retryWrite = (table: string, { workspaceId, id, run, state, order }: Batch): TransactionWrite => ({
  Update: {
    TableName: table,
    Key: batchJobKey(workspaceId, id),
    UpdateExpression:
      'SET order_json = :order, #status = :queued, #run = :next, #failed = :none, run_links = :none, cleanup = :clean, unsettled = :unsettled',
    ConditionExpression:
      '#status = :status AND #run = :run AND cleanup <> :pending AND attribute_not_exists(quota_taken)',
    ExpressionAttributeNames: { '#status': 'status', '#run': 'run', '#failed': 'failed' },
    ExpressionAttributeValues: {
      ':order': orderJson(order),
      ':queued': 'queued',
      ':next': run + 1,
      ':none': 0,
      ':clean': 'none',
      ':unsettled': UNSETTLED_BATCH,
      ':status': state.status,
      ':run': run,
      ':pending': 'pending',
    },
  },
});
