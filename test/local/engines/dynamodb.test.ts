import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { roleAuthorizer, type Statement } from '../../../local/engines/iam.ts';
import { COUNTS, item, put, withDynamoDb } from './dynamodb-bench.ts';
import { everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();

const get = async (client: DynamoDBDocumentClient, pk: string) =>
  (await client.send(new GetCommand({ TableName: 'links', Key: item(pk) }))).Item;

describe('through the proxy', () => {
  it('items, conditions, indexes, batches and transactions work as the SDK expects', async () => {
    await withDynamoDb(async (_, client) => {
      await put(client, 'a', { workspace: 'ws_1', bytes: new Uint8Array([0, 255]), title: 'Ж "quoted"' });
      expect(await get(client, 'a')).toEqual(
        item('a', { workspace: 'ws_1', bytes: new Uint8Array([0, 255]), title: 'Ж "quoted"' }),
      );
      const again = new PutCommand({
        TableName: 'links',
        Item: item('a'),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      await expect(client.send(again)).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: expect.objectContaining({ workspace: { S: 'ws_1' } }),
      });
      const { Items } = await client.send(
        new QueryCommand({
          TableName: 'links',
          IndexName: 'byWorkspace',
          KeyConditionExpression: 'workspace = :ws',
          ExpressionAttributeValues: { ':ws': 'ws_1' },
        }),
      );
      expect(Items).toHaveLength(1);

      const transaction = new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: 'counts', Item: { pk: 'a' } } },
          { ConditionCheck: { TableName: 'links', Key: item('none'), ConditionExpression: 'attribute_exists(pk)' } },
        ],
      });
      await expect(client.send(transaction)).rejects.toMatchObject({ name: 'TransactionCanceledException' });
      await client.send(new BatchWriteCommand({ RequestItems: { counts: [{ PutRequest: { Item: { pk: 'b' } } }] } }));
      const { Responses } = await client.send(
        new BatchGetCommand({ RequestItems: { counts: { Keys: [{ pk: 'a' }, { pk: 'b' }] } } }),
      );
      expect(Responses?.['counts']).toEqual([{ pk: 'b' }]);
    });
  });

  it('tables and streams have the ARNs that IAM and the template know', async () => {
    await withDynamoDb(async (engine, client) => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: 'links' }));
      expect(Table).toMatchObject({ TableArn: engine.tableArn('links'), LatestStreamArn: engine.streamArn('links') });
    });
  });
});

describe('createTable', () => {
  it('leaves data alone and adds the indexes and the stream that are missing', async () => {
    await withDynamoDb(async (engine, client) => {
      await client.send(new PutCommand({ TableName: 'counts', Item: { pk: 'a', total: 3 } }));
      await engine.createTable({
        ...COUNTS,
        attributes: { pk: 'S', total: 'N' },
        indexes: [{ name: 'byTotal', partitionKey: 'total', projection: 'KEYS_ONLY' }],
        streamViewType: 'NEW_IMAGE',
      });
      const found = await client.send(
        new QueryCommand({
          TableName: 'counts',
          IndexName: 'byTotal',
          KeyConditionExpression: '#t = :t',
          ExpressionAttributeNames: { '#t': 'total' },
          ExpressionAttributeValues: { ':t': 3 },
        }),
      );
      expect(found.Items).toEqual([{ pk: 'a', total: 3 }]);
      expect(await engine.stream('counts').read(null, 10)).toEqual([]);
    });
  });

  it('refuses a table whose keys are others, and says what to do', async () => {
    await withDynamoDb(async (engine) => {
      const other = { ...COUNTS, partitionKey: 'id', attributes: { id: 'S' } } as const;
      await expect(engine.createTable(other)).rejects.toThrow(
        'counts has the keys pk in this data folder, the template wants id',
      );
    });
  });
});

describe('IAM in front', () => {
  const links = 'arn:aws:dynamodb:us-east-1:000000000000:table/links';
  const counts = 'arn:aws:dynamodb:us-east-1:000000000000:table/counts';
  const allow = (actions: string[], ...resources: string[]): Statement => ({ effect: 'Allow', actions, resources });

  async function withStatements(statements: Statement[], use: (client: DynamoDBDocumentClient) => Promise<void>) {
    const { authorize } = roleAuthorizer([{ name: 'links', accessKeyId: 'TEST', statements }]);
    await withDynamoDb((_, client) => use(client), { authorize });
  }
  const denied = { name: 'AccessDeniedException', message: expect.stringContaining('is not authorized to perform') };

  it('allows what the role says and nothing else', async () => {
    await withStatements([allow(['dynamodb:PutItem'], links)], async (client) => {
      await put(client, 'a');
      await expect(get(client, 'a')).rejects.toMatchObject(denied);
      await expect(client.send(new PutCommand({ TableName: 'counts', Item: { pk: 'a' } }))).rejects.toMatchObject(
        denied,
      );
      await expect(client.send(new ScanCommand({ TableName: 'links' }))).rejects.toMatchObject(denied);
      const createTable = new CreateTableCommand({ TableName: 'own', KeySchema: [], AttributeDefinitions: [] });
      await expect(client.send(createTable)).rejects.toMatchObject(denied);
    });
  });

  it('asks for the index on an index query', async () => {
    const query = (IndexName?: string) =>
      new QueryCommand({
        TableName: 'links',
        ...(IndexName && { IndexName }),
        KeyConditionExpression: '#k = :k',
        ExpressionAttributeNames: { '#k': IndexName ? 'workspace' : 'pk' },
        ExpressionAttributeValues: { ':k': 'x' },
      });
    await withStatements([allow(['dynamodb:Query'], `${links}/index/*`)], async (client) => {
      expect((await client.send(query('byWorkspace'))).Items).toEqual([]);
      await expect(client.send(query())).rejects.toMatchObject(denied);
    });
  });

  it('asks a transaction for the permission of every item, and does none of it when one is lacking', async () => {
    const transaction = (...TransactItems: object[]) => new TransactWriteCommand({ TransactItems });
    const putLink = { Put: { TableName: 'links', Item: item('a') } };
    const updateCount = {
      Update: {
        TableName: 'counts',
        Key: { pk: 'a' },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': 1 },
      },
    };
    const checkLink = {
      ConditionCheck: { TableName: 'links', Key: item('none'), ConditionExpression: 'attribute_not_exists(pk)' },
    };
    await withStatements(
      [allow(['dynamodb:PutItem', 'dynamodb:GetItem'], links), allow(['dynamodb:PutItem'], counts)],
      async (client) => {
        await expect(client.send(transaction(putLink, updateCount))).rejects.toMatchObject(denied);
        expect(await get(client, 'a')).toBeUndefined();
        await expect(client.send(transaction(putLink, checkLink))).rejects.toMatchObject(denied);
        await client.send(transaction(putLink, { Put: { TableName: 'counts', Item: { pk: 'a' } } }));
        expect(await get(client, 'a')).toEqual(item('a'));
      },
    );
    const all = allow(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem'], links, counts);
    await withStatements([all], async (client) => {
      await client.send(transaction(putLink, updateCount, checkLink));
    });
  });
});

describe('faults', () => {
  it('refuse a call without doing it', async () => {
    await withDynamoDb(async (engine, client) => {
      engine.faultFor = ({ action, resourceArns }) =>
        action === 'dynamodb:PutItem' && resourceArns.includes(engine.tableArn('links'))
          ? { kind: 'refuse', status: 400, errorType: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' }
          : null;
      await expect(put(client, 'a')).rejects.toMatchObject({ name: 'ThrottlingException' });
      expect(await get(client, 'a')).toBeUndefined();
    });
  });

  it('lose the answer of a transaction that was committed', async () => {
    await withDynamoDb(async (engine, client) => {
      engine.faultFor = ({ action }) => (action === 'dynamodb:TransactWriteItems' ? { kind: 'lose-answer' } : null);
      const transaction = new TransactWriteCommand({
        TransactItems: [{ Put: { TableName: 'links', Item: item('a') } }],
      });
      await expect(client.send(transaction)).rejects.toThrow();
      expect(await get(client, 'a')).toEqual(item('a'));
    });
  });

  it('never answer', async () => {
    await withDynamoDb(async (engine, client) => {
      engine.faultFor = () => ({ kind: 'hang' });
      const call = client.send(new GetCommand({ TableName: 'links', Key: item('a') }), {
        abortSignal: AbortSignal.timeout(50),
      });
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
});

it('the TTL sweep deletes what has expired and nothing else, and the stream tells', async () => {
  const nowS = Date.UTC(2026, 10, 21) / 1_000;
  await withDynamoDb(async (engine, client) => {
    await put(client, 'expired', { ttl_s: nowS - 1 });
    await put(client, 'expires now', { ttl_s: nowS });
    await put(client, 'later', { ttl_s: nowS + 1 });
    await put(client, 'never');
    await put(client, 'not a time', { ttl_s: String(nowS - 1) });
    await put(client, 'six years ago', { ttl_s: nowS - 6 * 365 * 86_400 });
    expect(await engine.sweepExpired('links', 'ttl_s', nowS)).toBe(2);
    const { Items } = await client.send(new ScanCommand({ TableName: 'links' }));
    expect(Items?.map(({ pk }) => pk as string).sort()).toEqual(['later', 'never', 'not a time', 'six years ago']);
    const removed = (await engine.stream('links').read(null, 100)).filter(({ eventName }) => eventName === 'REMOVE');
    expect(removed).toHaveLength(2);
    expect(await engine.sweepExpired('links', 'ttl_s', nowS)).toBe(0);
  });
});

describe('a data folder', () => {
  it('keeps items and stream over a restart', async () => {
    const dataDir = newFolder();
    let last: string | null = null;
    await withDynamoDb(
      async (engine, client) => {
        await put(client, 'a');
        last = (await engine.stream('links').read(null, 10)).at(-1)?.dynamodb.SequenceNumber ?? null;
        await put(client, 'b');
      },
      { dataDir },
    );
    await withDynamoDb(
      async (engine, client) => {
        expect(await get(client, 'a')).toEqual(item('a'));
        await put(client, 'c');
        const records = await engine.stream('links').read(last, 10);
        expect(records.map(({ dynamodb }) => dynamodb.Keys?.['pk']?.S)).toEqual(['b', 'c']);
      },
      { dataDir },
    );
  });

  it('holds no byte of what was deleted after the next start', async () => {
    const dataDir = newFolder();
    const bytes = (): string => {
      const files = readdirSync(dataDir).filter((name) => name.startsWith('tables.db'));
      return files.map((name) => readFileSync(join(dataDir, name), 'latin1')).join();
    };
    await withDynamoDb(
      async (_, client) => {
        const Item = { pk: 'mail#1', to: 'ada@example.org' };
        await client.send(new PutCommand({ TableName: 'counts', Item }));
        expect(bytes()).toContain('ada@example.org');
        await client.send(new DeleteCommand({ TableName: 'counts', Key: { pk: 'mail#1' } }));
        expect(bytes()).toContain('ada@example.org');
      },
      { dataDir },
    );
    await withDynamoDb(async () => expect(bytes()).not.toContain('ada@example.org'), { dataDir });
  });

  it('serves one Signpost at a time', async () => {
    const dataDir = newFolder();
    await withDynamoDb(
      async () => {
        await expect(startDynamoDb({ dataDir, authorize: everyone })).rejects.toThrow(
          `Another Signpost is using ${dataDir}; stop it first or choose another data folder.`,
        );
      },
      { dataDir },
    );
  });
});
