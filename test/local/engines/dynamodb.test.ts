import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
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
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { type DynamoDbEngine, startDynamoDb, type TableDefinition } from '../../../local/engines/dynamodb.ts';
import type { Authorize } from '../../../local/engines/engine.ts';
import { roleAuthorizer, type Statement } from '../../../local/engines/iam.ts';
import { CLIENT, everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();

const LINKS: TableDefinition = {
  name: 'links',
  partitionKey: 'pk',
  sortKey: 'sk',
  attributes: { pk: 'S', sk: 'S', workspace: 'S' },
  indexes: [{ name: 'byWorkspace', partitionKey: 'workspace', sortKey: 'sk', projection: 'ALL' }],
  streamViewType: 'NEW_IMAGE',
  ttlAttribute: 'ttl_s',
};
const COUNTS: TableDefinition = { name: 'counts', partitionKey: 'pk', attributes: { pk: 'S' }, indexes: [] };

async function withEngine(
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

const item = (pk: string, more: object = {}) => ({ pk, sk: 'link', ...more });
const put = (client: DynamoDBDocumentClient, pk: string, more: object = {}) =>
  client.send(new PutCommand({ TableName: 'links', Item: item(pk, more) }));
const get = async (client: DynamoDBDocumentClient, pk: string) =>
  (await client.send(new GetCommand({ TableName: 'links', Key: item(pk) }))).Item;

describe('through the proxy', () => {
  it('items, conditions, indexes, batches and transactions work as the SDK expects', async () => {
    await withEngine(async (_, client) => {
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
    await withEngine(async (engine, client) => {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: 'links' }));
      expect(Table).toMatchObject({ TableArn: engine.tableArn('links'), LatestStreamArn: engine.streamArn('links') });
    });
  });
});

describe('createTable', () => {
  it('leaves data alone and adds the indexes and the stream that are missing', async () => {
    await withEngine(async (engine, client) => {
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
    await withEngine(async (engine) => {
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
    await withEngine((_, client) => use(client), { authorize });
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
    await withEngine(async (engine, client) => {
      engine.faultFor = ({ action, resourceArns }) =>
        action === 'dynamodb:PutItem' && resourceArns.includes(engine.tableArn('links'))
          ? { kind: 'refuse', status: 400, errorType: 'com.amazonaws.dynamodb.v20120810#ThrottlingException' }
          : null;
      await expect(put(client, 'a')).rejects.toMatchObject({ name: 'ThrottlingException' });
      expect(await get(client, 'a')).toBeUndefined();
    });
  });

  it('lose the answer of a transaction that was committed', async () => {
    await withEngine(async (engine, client) => {
      engine.faultFor = ({ action }) => (action === 'dynamodb:TransactWriteItems' ? { kind: 'lose-answer' } : null);
      const transaction = new TransactWriteCommand({
        TransactItems: [{ Put: { TableName: 'links', Item: item('a') } }],
      });
      await expect(client.send(transaction)).rejects.toThrow();
      expect(await get(client, 'a')).toEqual(item('a'));
    });
  });

  it('never answer', async () => {
    await withEngine(async (engine, client) => {
      engine.faultFor = () => ({ kind: 'hang' });
      const call = client.send(new GetCommand({ TableName: 'links', Key: item('a') }), {
        abortSignal: AbortSignal.timeout(50),
      });
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
});

describe('a stream', () => {
  it('hands over changes as Lambda does, in order, from any place', async () => {
    await withEngine(async (engine, client) => {
      await put(client, 'a', { n: 1, bytes: new Uint8Array([1, 2]) });
      await client.send(
        new UpdateCommand({
          TableName: 'links',
          Key: item('a'),
          UpdateExpression: 'SET n = :n',
          ExpressionAttributeValues: { ':n': 2 },
        }),
      );
      await client.send(new DeleteCommand({ TableName: 'links', Key: item('a') }));
      const records = await engine.stream('links').read(null, 10);
      expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
      expect(records[0]).toMatchObject({
        eventID: expect.any(String),
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
        eventSourceARN: engine.streamArn('links'),
        dynamodb: {
          Keys: { pk: { S: 'a' }, sk: { S: 'link' } },
          NewImage: { n: { N: '1' }, bytes: { B: 'AQI=' } },
          StreamViewType: 'NEW_IMAGE',
          SizeBytes: expect.any(Number),
        },
      });
      const createdS = records[0]?.dynamodb.ApproximateCreationDateTime ?? 0;
      expect(Math.abs(Date.now() / 1_000 - createdS)).toBeLessThan(60);
      expect(records[2]?.dynamodb.NewImage).toBeUndefined();

      const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
      expect(numbers).toEqual([...numbers].sort());
      const reader = engine.stream('links');
      const [first] = await reader.read(null, 1);
      expect((await reader.read(first?.dynamodb.SequenceNumber ?? null, 10)).map(({ eventName }) => eventName)).toEqual(
        ['MODIFY', 'REMOVE'],
      );
      const fromTheMiddle = await engine.stream('links').read(numbers[1] as string, 10);
      expect(fromTheMiddle.map(({ eventName }) => eventName)).toEqual(['REMOVE']);
    });
  });

  it('is told of a write at once, also of one that came between reading and waiting', async () => {
    await withEngine(async (engine, client) => {
      const reader = engine.stream('links');
      const waitMs = async (): Promise<number> => {
        const startMs = performance.now();
        await reader.waitForChange(new AbortController().signal);
        return performance.now() - startMs;
      };
      await reader.read(null, 10);
      const [waitedMs] = await Promise.all([waitMs(), put(client, 'a')]);
      expect(waitedMs).toBeLessThan(300);

      await reader.read(null, 10);
      await put(client, 'b');
      expect(await waitMs()).toBeLessThan(50);

      await reader.read(null, 10);
      await client.send(new PutCommand({ TableName: 'counts', Item: { pk: 'another table' } }));
      expect(await waitMs()).toBeGreaterThan(400);
      await reader.waitForChange(AbortSignal.abort());
    });
  });

  it('has several readers, and one that reads does not make another wait', async () => {
    await withEngine(async (engine, client) => {
      const [one, other] = [engine.stream('links'), engine.stream('links')];
      for (const reader of [one, other]) await reader.read(null, 10);
      await put(client, 'a');
      await other.read(null, 10);
      const startMs = performance.now();
      await one.waitForChange(new AbortController().signal);
      expect(performance.now() - startMs).toBeLessThan(100);
    });
  });

  it('holds no more than keys where the table says so, also of a transaction and of a deletion', async () => {
    await withEngine(async (engine, client) => {
      await engine.createTable({ ...COUNTS, name: 'outbox', streamViewType: 'KEYS_ONLY' });
      const Put = { TableName: 'outbox', Item: { pk: 'mail#1', to: 'ada@example.org' } };
      await client.send(new TransactWriteCommand({ TransactItems: [{ Put }] }));
      await client.send(new PutCommand({ TableName: 'outbox', Item: { pk: 'mail#1', to: 'eve@example.org' } }));
      await client.send(new DeleteCommand({ TableName: 'outbox', Key: { pk: 'mail#1' } }));
      const records = await engine.stream('outbox').read(null, 10);
      expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
      for (const { dynamodb } of records) {
        expect(dynamodb).toMatchObject({ Keys: { pk: { S: 'mail#1' } }, StreamViewType: 'KEYS_ONLY' });
        expect(JSON.stringify(dynamodb)).not.toContain('example.org');
      }
    });
  });

  it('belongs to tables that have one', async () => {
    await withEngine(async (engine) => {
      expect(() => engine.stream('counts')).toThrow('Table counts has no stream.');
      expect(() => engine.stream('unknown')).toThrow('Table unknown was not created at this engine.');
    });
  });
});

it('the TTL sweep deletes what has expired and nothing else, and the stream tells', async () => {
  const nowS = Date.UTC(2026, 10, 21) / 1_000;
  await withEngine(async (engine, client) => {
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
    await withEngine(
      async (engine, client) => {
        await put(client, 'a');
        last = (await engine.stream('links').read(null, 10)).at(-1)?.dynamodb.SequenceNumber ?? null;
        await put(client, 'b');
      },
      { dataDir },
    );
    await withEngine(
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
    await withEngine(
      async (_, client) => {
        const Item = { pk: 'mail#1', to: 'ada@example.org' };
        await client.send(new PutCommand({ TableName: 'counts', Item }));
        expect(bytes()).toContain('ada@example.org');
        await client.send(new DeleteCommand({ TableName: 'counts', Key: { pk: 'mail#1' } }));
        expect(bytes()).toContain('ada@example.org');
      },
      { dataDir },
    );
    await withEngine(async () => expect(bytes()).not.toContain('ada@example.org'), { dataDir });
  });

  it('serves one Signpost at a time', async () => {
    const dataDir = newFolder();
    await withEngine(
      async () => {
        await expect(startDynamoDb({ dataDir, authorize: everyone })).rejects.toThrow(
          `Another Signpost is using ${dataDir}; stop it first or choose another data folder.`,
        );
      },
      { dataDir },
    );
  });
});
