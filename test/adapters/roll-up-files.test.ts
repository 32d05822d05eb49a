import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { rollUpFiles } from '../../adapters/roll-up-files.ts';
import type { RollUpFiles, RollUpRow } from '../../core/lake/roll-up.ts';
import { type S3Engine, startS3 } from '../../local/engines/s3.ts';
import { CLIENT, everyone } from '../local/engines/everyone.ts';

const DAY_MS = 86_400_000;
/** Requests are signed by the clock of this machine, and S3 looks at it. */
const NOW_MS = Math.floor(Date.now() / 1_000) * 1_000;
const HOUR = '2026-11-21T09';
const clock = { ms: NOW_MS };

const root = mkdtempSync(join(tmpdir(), 'signpost-roll-ups-'));
let s3: S3Engine;
let client: S3Client;
let files: RollUpFiles;
beforeAll(async () => {
  s3 = await startS3({
    root,
    isDurable: false,
    buckets: [{ name: 'lake', cors: [], expiry: [] }],
    authorize: everyone,
    secretFor: () => CLIENT.credentials.secretAccessKey,
    nowMs: () => clock.ms,
  });
  client = new S3Client({ ...CLIENT, endpoint: s3.url });
  files = rollUpFiles(client, 'lake');
});
afterAll(async () => {
  client.destroy();
  await s3.close();
  rmSync(root, { recursive: true, force: true });
});

const row = (clicks: bigint): RollUpRow => ({
  clicked_hour: new Date(`${HOUR}:00Z`),
  workspace_id: 'ws_1',
  domain: 'default',
  code: 'a',
  country: 'DE',
  source: 'click',
  bot: false,
  clicks,
});

describe('The file of an hour', () => {
  it('is replaced only in the version that was read', async () => {
    expect(await files.versions('2026-11-21')).toEqual(new Map());
    expect(await files.write(HOUR, [row(1n)], null)).toBe(true);
    expect(await files.write(HOUR, [row(2n)], null)).toBe(false);
    const version = (await files.versions('2026-11-21')).get(HOUR) ?? null;
    expect(await files.write(HOUR, [row(2n)], version)).toBe(true);
    expect(await files.write(HOUR, [row(3n)], version)).toBe(false);
    expect([...(await files.versions('2026-11-21')).keys()]).toEqual([HOUR]);
    expect(await files.versions('2026-11-20')).toEqual(new Map());
  });

  it('throws what is no other version', async () => {
    s3.faultFor = () => ({ kind: 'refuse', status: 403, errorType: 'AccessDenied' });
    await expect(files.write(HOUR, [], null)).rejects.toMatchObject({ name: 'AccessDenied' });
    s3.faultFor = null;
  });
});

it('the mark is 0 before the first time, and what was set then', async () => {
  expect(await files.rolledUpThroughMs()).toBe(0);
  await files.setRolledUpThrough(NOW_MS);
  expect(await files.rolledUpThroughMs()).toBe(NOW_MS);
});

it('files of clicks are found by when they were written, in folders of up to 91 days before', async () => {
  const write = async (arrivedDaysAgo: number, writtenAtMs: number): Promise<string> => {
    clock.ms = writtenAtMs;
    const key = `clicks/dt=${new Date(NOW_MS - arrivedDaysAgo * DAY_MS).toISOString().slice(0, 10)}/hr=09/file.parquet`;
    await s3.put('lake', key, Buffer.from('rows'));
    clock.ms = NOW_MS;
    return key;
  };
  await write(1, NOW_MS - DAY_MS);
  const late = await write(2, NOW_MS);
  const replayed = await write(90, NOW_MS + 1_000);
  await write(120, NOW_MS + 2_000);
  expect(await files.clicksWrittenAfter(NOW_MS - DAY_MS / 2)).toEqual([
    { key: replayed, writtenAtMs: NOW_MS + 1_000 },
    { key: late, writtenAtMs: NOW_MS },
  ]);
  expect(await files.clicksWrittenAfter(-900_000)).toHaveLength(4);
});
