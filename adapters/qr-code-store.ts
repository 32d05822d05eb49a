import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QrCodeStore } from '../core/qr/qr-code-store.ts';
import type { DocumentClient } from './dynamodb.ts';
import { fromQrItem, toQrItem } from './qr-items.ts';
import { QR_ID_PREFIX, qrCodeKey, qrCodesPartition, qrParametersKey } from './table.ts';
import { transact } from './transaction.ts';
import { unlessRefused } from './unless-refused.ts';

const NO_CODE_YET = 'attribute_not_exists(qr_id)';

/**
 * Codes in DynamoDB, each under its id, and its id under the hash of its parameters, written together. Before that the hash may lead
 * to an image alone, which the erasure of a workspace finds by `image_key` as it finds those of codes.
 */
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
      return item?.['qr_id'] === undefined ? null : store.find(workspaceId, String(item['qr_id']));
    },

    async expectImage(workspaceId, parametersSha256, imageKey) {
      const Item = { ...qrParametersKey(workspaceId, parametersSha256), image_key: imageKey };
      await unlessRefused(client.send(new PutCommand({ TableName: table, Item, ConditionExpression: NO_CODE_YET })));
    },

    async create(code, parametersSha256) {
      const { workspaceId, id } = code;
      const put = (Item: Readonly<Record<string, unknown>>, ConditionExpression: string) => ({
        Put: { TableName: table, Item, ConditionExpression },
      });
      const refusals = await transact(client, {
        code: put(toQrItem(code), 'attribute_not_exists(pk)'),
        parameters: put({ ...qrParametersKey(workspaceId, parametersSha256), qr_id: id }, NO_CODE_YET),
      });
      if (refusals === null) return code;
      // The id is there under other parameters where a repeat names another format in Accept: what the first made is the answer.
      const known =
        (await store.findByParameters(workspaceId, parametersSha256)) ?? (await store.find(workspaceId, id));
      if (known === null) throw new Error(`The QR code ${id} was refused, but is not there.`);
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
