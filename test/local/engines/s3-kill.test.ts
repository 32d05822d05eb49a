import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CLIENT } from './everyone.ts';
import { temporaryFolders } from './folder.ts';
import { BUCKET, type S3Bench, withS3 } from './s3-bench.ts';

const newFolder = temporaryFolders();
const KILLS = 4;
const KEYS_PER_WRITER = 7;

/** What a key may hold after the kill: what was acknowledged last, or what was under way. Null is nothing. */
type Allowed = Map<string, readonly (string | null)[]>;

async function startChild(root: string): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(__dirname, 's3-child.ts'), [root], { execArgv: [] });
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

/** Puts and deletes over and over, on keys of its own, plain and parked, until the server is gone. */
async function writeUntilKilled(url: string, writer: number, kill: number, allowed: Allowed): Promise<number> {
  const client = new S3Client({ ...CLIENT, endpoint: url });
  for (let call = 0; ; call += 1) {
    const Key = `dt=${writer}/${call % 2 === 0 ? '' : '..'}/k${call % KEYS_PER_WRITER}`.replace('//', '/');
    const before = allowed.get(Key) ?? [null];
    const body = call % 5 === 4 ? null : `${kill}/${writer}/${call}/`.repeat(2_000);
    allowed.set(Key, [...before, body]);
    try {
      if (body === null) await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
      else await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: body }));
      allowed.set(Key, [body]);
    } catch {
      client.destroy();
      return call;
    }
  }
}

async function bodyOf({ client }: S3Bench, Key: string): Promise<string | null> {
  try {
    return (await (await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString()) ?? null;
  } catch {
    return null;
  }
}

/** 0 also for a folder that nothing needed yet. */
const filesBelow = (folder: string): number =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : []).filter((entry) =>
    entry.isFile(),
  ).length;

it(`after ${KILLS} times kill -9 every acknowledged object is there, whole, and no other file is`, async () => {
  const root = newFolder();
  const allowed: Allowed = new Map();
  let calls = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, url } = await startChild(root);
    const ended = once(child, 'exit');
    const writing = [0, 1, 2, 3].map((writer) => writeUntilKilled(url, writer, kill, allowed));
    setTimeout(() => child.kill('SIGKILL'), 250 + 61 * kill);
    calls += (await Promise.all(writing)).reduce((sum, one) => sum + one, 0);
    await ended;

    await withS3(root, async (bench) => {
      const keys = bench.engine.keys(BUCKET);
      for (const [key, bodies] of allowed) {
        const body = await bodyOf(bench, key);
        expect([key, bodies.includes(body)]).toEqual([key, true]);
        expect([key, keys.includes(key)]).toEqual([key, body !== null]);
        allowed.set(key, [body]);
      }
      expect(filesBelow(join(root, BUCKET)) + filesBelow(join(root, '.parked'))).toBe(keys.length);
      expect(filesBelow(join(root, '.drafts'))).toBe(0);
    });
  }
  expect(calls).toBeGreaterThan(KILLS * 10);
});
