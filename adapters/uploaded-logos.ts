import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { LOGO_FORMATS } from '../core/qr/logo-header.ts';
import type { LogoState, UploadedLogo, UploadedLogos } from '../core/qr/uploaded-logo.ts';
import type { DocumentClient } from './dynamodb.ts';
import type { Item } from './items-of.ts';
import { LOGO_ID_PREFIX, logoCountKey, logoKey, qrCodesPartition } from './table.ts';
import { transact } from './transaction.ts';

/** Logos in DynamoDB, and beside them how many there are, written in the same transactions. */
export function uploadedLogos(client: DocumentClient, table: string): UploadedLogos {
  const count = (workspaceId: string, more: 1 | -1, max?: number) => ({
    Update: {
      TableName: table,
      Key: logoCountKey(workspaceId),
      UpdateExpression: 'ADD logos :more',
      ...(max === undefined ? {} : { ConditionExpression: 'attribute_not_exists(logos) OR logos < :max' }),
      ExpressionAttributeValues: { ':more': more, ...(max === undefined ? {} : { ':max': max }) },
    },
  });

  return {
    async create(logo, max) {
      const refusals = await transact(client, {
        logo: { Put: { TableName: table, Item: toItem(logo), ConditionExpression: 'attribute_not_exists(pk)' } },
        count: count(logo.workspaceId, 1, max),
      });
      if (refusals === null) return 'created';
      return refusals.has('logo') ? 'known' : 'full';
    },

    async find(workspaceId, id) {
      const Key = logoKey(workspaceId, id);
      const { Item } = await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
      return Item === undefined ? null : fromItem(Item);
    },

    async list(workspaceId, limit, beforeId) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': qrCodesPartition(workspaceId), ':prefix': LOGO_ID_PREFIX },
          ScanIndexForward: false,
          ConsistentRead: true,
          // One more tells whether this page is the last.
          Limit: limit + 1,
          ExclusiveStartKey: beforeId === null ? undefined : logoKey(workspaceId, beforeId),
        }),
      );
      const items = Items.slice(0, limit).map(fromItem);
      return { items, cursor: Items.length > limit ? (items.at(-1)?.id ?? null) : null };
    },

    async settle(workspaceId, id, state) {
      try {
        await client.send(
          new UpdateCommand({
            TableName: table,
            Key: logoKey(workspaceId, id),
            UpdateExpression: 'SET state_json = :state, is_settled = :true',
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(is_settled)',
            ExpressionAttributeValues: { ':state': JSON.stringify(state), ':true': true },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },

    async remove(workspaceId, id) {
      const Delete = { TableName: table, Key: logoKey(workspaceId, id), ConditionExpression: 'attribute_exists(pk)' };
      return (await transact(client, { logo: { Delete }, count: count(workspaceId, -1) })) === null;
    },
  };
}

const toItem = ({ id, workspaceId, format, createdAtMs, uploadEndsAtMs, state }: UploadedLogo) => ({
  ...logoKey(workspaceId, id),
  format,
  created_at_ms: createdAtMs,
  upload_ends_at_ms: uploadEndsAtMs,
  // Read as a whole, and never asked for in parts.
  state_json: JSON.stringify(state),
});

const item = z.object({
  pk: z.string(),
  sk: z.string(),
  format: z.enum(LOGO_FORMATS),
  created_at_ms: z.int(),
  upload_ends_at_ms: z.int(),
  state_json: z.string(),
});
const stateMembers = z.discriminatedUnion('status', [
  z.object({ status: z.literal('pending') }),
  z.object({ status: z.literal('ready'), widthPx: z.int(), heightPx: z.int() }),
  z.object({ status: z.literal('refused'), reason: z.string() }),
]);

/** Throws on an item that `toItem` did not make. */
function fromItem(found: Item): UploadedLogo {
  const { pk, sk, format, created_at_ms, upload_ends_at_ms, state_json } = item.parse(found);
  const state: LogoState = stateMembers.parse(JSON.parse(state_json));
  return {
    id: sk,
    workspaceId: pk.slice(qrCodesPartition('').length),
    format,
    createdAtMs: created_at_ms,
    uploadEndsAtMs: upload_ends_at_ms,
    state,
  };
}
