import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { startKinesis } from '../../../local/engines/kinesis.ts';
import { CLIENT, everyone } from './everyone.ts';
import { temporaryFolders } from './folder.ts';

const newFolder = temporaryFolders();
const WRITERS = 8;
const KILLS = 4;

async function startChild(dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(__dirname, 'kinesis-child.ts'), [dataDir], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

/** Puts records until the server is gone; answers those that were acknowledged. */
async function putUntilKilled(url: string, writer: string): Promise<string[]> {
  const client = new KinesisClient({
    ...CLIENT,
    endpoint: url,
    requestHandler: new DynamoDBClient(CLIENT).config.requestHandler,
  });
  const acknowledged: string[] = [];
  try {
    for (let call = 0; ; call += 1) {
      const texts = Array.from({ length: 1 + (call % 7) }, (_, n) => `${writer}/${call}/${n}`);
      const Records = texts.map((text) => ({ Data: Buffer.from(text), PartitionKey: text }));
      await client.send(new PutRecordsCommand({ StreamName: 'clicks', Records }));
      acknowledged.push(...texts);
    }
  } catch {
    return acknowledged;
  } finally {
    client.destroy();
  }
}

it(`has every acknowledged record after ${KILLS} times kill -9 under load`, async () => {
  const dataDir = newFolder();
  const acknowledged: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, url } = await startChild(dataDir);
    const writers = Array.from({ length: WRITERS }, (_, n) => putUntilKilled(url, `${kill}-${n}`));
    setTimeout(() => child.kill('SIGKILL'), 150 + 37 * kill);
    acknowledged.push(...(await Promise.all(writers)).flat());
  }
  expect(acknowledged.length).toBeGreaterThan(KILLS * WRITERS);

  const engine = await startKinesis({ dataDir, authorize: everyone });
  await engine.createStream({ name: 'clicks', shards: 2, retentionHours: 24 });
  const found = new Set<string>();
  for (const shardId of engine.shardIds('clicks')) {
    let after: string | null = null;
    for (;;) {
      const records = engine.read('clicks', shardId, after, 1_000);
      if (records.length === 0) break;
      for (const { data } of records) found.add(data.toString());
      after = records.at(-1)?.sequenceNumber ?? after;
    }
  }
  await engine.close();
  expect(acknowledged.filter((text) => !found.has(text))).toEqual([]);
});
