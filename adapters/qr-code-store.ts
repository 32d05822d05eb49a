import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QrCodeStore } from '../core/qr/qr-code-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromQrItem, toQrItem } from './qr-items.ts';
import { QR_ID_PREFIX, qrCodeKey, qrCodesPartition, qrParametersKey } from './table.ts';
import { transact } from './transaction.ts';

/** Codes in DynamoDB, each under its id, and its id under the hash of its parameters, written together. */
export function qrCodeStore(client: DocumentClient, table: string): QrCodeStore {
  const get = async (Key: Readonly<Record<string, string>>) =>
    (await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;

  const store: QrCodeStore = {
    async find(workspaceId, id) {
      const item = await get(qrCodeKey(workspaceId, id));
      return item === undefined ? null : fromQrItem(item);
    },

    async findByParameters(workspaceId, parametersSha256) {
      const item = await get(qrParametersKey(workspaceId, parametersSha256));
      return item === undefined ? null : store.find(workspaceId, String(item['qr_id']));
    },

    async create(code, parametersSha256) {
      const put = (Item: Readonly<Record<string, unknown>>) => ({
        Put: { TableName: table, Item, ConditionExpression: 'attribute_not_exists(pk)' },
      });
      const refusals = await transact(client, {
        code: put(toQrItem(code)),
        parameters: put({ ...qrParametersKey(code.workspaceId, parametersSha256), qr_id: code.id }),
      });
      if (refusals === null) return code;
      const known = await store.findByParameters(code.workspaceId, parametersSha256);
      if (known === null) throw new Error(`The QR code ${code.id} is there, but not under its parameters.`);
      return known;
    },

    async list(workspaceId, limit, beforeId) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': qrCodesPartition(workspaceId), ':prefix': QR_ID_PREFIX },
          ScanIndexForward: false,
          ConsistentRead: true,
          // One more tells whether this page is the last; items are a few kilobytes, far from the 1 MB a page is cut at.
          Limit: limit + 1,
          ExclusiveStartKey: beforeId === null ? undefined : qrCodeKey(workspaceId, beforeId),
        }),
      );
      const items = Items.slice(0, limit).map(fromQrItem);
      return { items, cursor: Items.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
  return store;
}
