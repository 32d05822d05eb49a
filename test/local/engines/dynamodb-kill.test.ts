import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { startDynamoDbServer } from '../../../local/engines/dynamodb-server.ts';
import { CLIENT, everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();

async function putUntilKilled(url: string, writer: number): Promise<string[]> {
  const client = new DynamoDBClient({ ...CLIENT, endpoint: url });
  const acknowledged: string[] = [];
  try {
    for (let n = 0; ; n += 1) {
      const pk = `${writer}/${n}`;
      await client.send(new PutItemCommand({ TableName: 'links', Item: { pk: { S: pk } } }));
      acknowledged.push(pk);
    }
  } catch {
    return acknowledged;
  } finally {
    client.destroy();
  }
}

/** Command lines of living processes that mention a folder; empty on systems without /proc. */
function processesUsing(folder: string): string[] {
  const ids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return ids.flatMap((id) => {
    try {
      const commandLine = readFileSync(`/proc/${id}/cmdline`, 'utf8');
      return commandLine.includes(folder) ? [commandLine] : [];
    } catch {
      return [];
    }
  });
}

it('after kill -9 the server behind ends too, the folder is free at once and every acknowledged item is there', async () => {
  const dataDir = newFolder();
  const child = fork(join(__dirname, 'dynamodb-child.ts'), [dataDir], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  expect(processesUsing(dataDir).length).toBeGreaterThan(process.platform === 'linux' ? 1 : -1);
  const writers = [0, 1, 2, 3].map((writer) => putUntilKilled(url, writer));
  setTimeout(() => child.kill('SIGKILL'), 300);
  const acknowledged = (await Promise.all(writers)).flat();
  expect(acknowledged.length).toBeGreaterThan(10);

  const engine = await startDynamoDb({ dataDir, authorize: everyone });
  await engine.createTable({ name: 'links', partitionKey: 'pk', attributes: { pk: 'S' }, indexes: [] });
  const client = new DynamoDBClient({ ...CLIENT, endpoint: engine.url });
  const { Items } = await client.send(new ScanCommand({ TableName: 'links' }));
  const found = new Set(Items?.map(({ pk }) => pk?.S));
  expect(acknowledged.filter((pk) => !found.has(pk))).toEqual([]);
  client.destroy();
  await engine.close();

  for (let tries = 0; tries < 40 && processesUsing(dataDir).length > 0; tries += 1) await sleep(50);
  expect(processesUsing(dataDir)).toEqual([]);
});

describe('the server behind the proxy', () => {
  it('can be brought along', async () => {
    const server = await startDynamoDbServer(null, { DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' });
    expect(server.url).toBe('http://127.0.0.1:8000');
    await server.stop();
  });

  it('says why it did not start, and leaves the folder free', async () => {
    const dataDir = newFolder();
    for (const binary of ['/bin/false', '/not/there/dynoxide']) {
      await expect(startDynamoDbServer(dataDir, { DYNOXIDE_BIN: binary })).rejects.toThrow(
        `${binary} ended before it was ready`,
      );
    }
    const server = await startDynamoDbServer(dataDir, {});
    await server.stop();
  });
});
