// A DynamoDB in a process of its own, for tests that kill it: tells its URL and lives until then.
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';

const engine = await startDynamoDb({ dataDir: process.argv[2], authorize: () => ({ allowed: true }) });
await engine.createTable({ name: 'links', partitionKey: 'pk', attributes: { pk: 'S' }, indexes: [] });
process.send?.(engine.url);
