import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoDbEngine, startDynamoDb, type TableDefinition } from '../../../local/engines/dynamodb.ts';
import type { Authorize } from '../../../local/engines/engine.ts';
import { CLIENT, everyone } from './everyone.ts';

const LINKS: TableDefinition = {
  name: 'links',
  partitionKey: 'pk',
  sortKey: 'sk',
  attributes: { pk: 'S', sk: 'S', workspace: 'S' },
  indexes: [{ name: 'byWorkspace', partitionKey: 'workspace', sortKey: 'sk', projection: 'ALL' }],
  streamViewType: 'NEW_IMAGE',
  ttlAttribute: 'ttl_s',
};
export const COUNTS: TableDefinition = { name: 'counts', partitionKey: 'pk', attributes: { pk: 'S' }, indexes: [] };

/** A DynamoDB with two tables and a client, for as long as `use` takes. */
export async function withDynamoDb(
  use: (engine: DynamoDbEngine, client: DynamoDBDocumentClient) => Promise<void>,
  options: { dataDir?: string; authorize?: Authorize } = {},
): Promise<void> {
  const engine = await startDynamoDb({ authorize: everyone, ...options });
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...CLIENT, endpoint: engine.url }));
  try {
    await engine.createTable(LINKS);
    await engine.createTable(COUNTS);
    await use(engine, client);
  } finally {
    client.destroy();
    await engine.close();
  }
}

export const item = (pk: string, more: object = {}) => ({ pk, sk: 'link', ...more });
export const put = (client: DynamoDBDocumentClient, pk: string, more: object = {}) =>
  client.send(new PutCommand({ TableName: 'links', Item: item(pk, more) }));
