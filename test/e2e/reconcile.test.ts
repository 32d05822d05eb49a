import { globSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { erasedWorkspaceTotalItem } from '../../adapters/count-store.ts';
import { rowErasureItem } from '../../adapters/row-erasures.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import type { ClickEvent } from '../../core/clicks/row.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { aClickEvent } from '../fixtures/clicks.ts';
import { hoursAround, type Reconciling, reconciling } from '../fixtures/reconciling.ts';
import { type RunningSignpost, startSignpost } from '../fixtures/running-signpost.ts';

/** The first hour of the UTC day: late clicks at any time of it, and never so late that the lake does not look for them. */
const AT_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000;
const DAY = new Date(AT_MS).toISOString().slice(0, 10);
const BOTH = { ...hoursAround(AT_MS, 1), day: DAY };
/** More than counters have room for, so that some are folded. */
const CITIES = 320;
const BOT = 'Googlebot/2.1 (+http://www.google.com/bot.html)';

const folder = mkdtempSync(join(tmpdir(), 'signpost-reconcile-'));
let signpost: RunningSignpost;
let works: Reconciling;
let counts: DynamoDBDocumentClient;
beforeAll(async () => {
  signpost = await startSignpost({ dataDir: folder });
  works = reconciling(signpost);
  counts = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: signpost.laptop.engines.dynamoDb.url,
      region: REGION,
      credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
    }),
  );
}, 60_000);
afterAll(async () => {
  counts.destroy();
  await signpost.stop();
  rmSync(folder, { recursive: true, force: true });
});

const eventAt = (atMs: number, overrides: Partial<ClickEvent> = {}): ClickEvent =>
  aClickEvent({ id: newClickId(atMs), at_ms: atMs, ...overrides });
/** The item of a workspace's day, by what it counted. */
async function dayOfWorkspace(total: number): Promise<Readonly<Record<string, unknown>>> {
  const items = await signpost.scan('counts');
  const found = items.find(
    ({ pk, sk, total: there }) => String(pk).startsWith('ws#') && sk === `day#${DAY}` && there === total,
  );
  if (found === undefined) throw new Error(`No workspace has ${total} clicks on ${DAY}.`);
  return found;
}

describe('Lake and counters of a running Signpost', () => {
  it('are the same: duplicates, late clicks, bots, folded values, several workspaces', async () => {
    const cities = Array.from({ length: CITIES }, (_, index) => eventAt(AT_MS + index, { city: `City ${index}` }));
    const bots = Array.from({ length: 5 }, () => eventAt(AT_MS, { user_agent: BOT, country: 'FR' }));
    const others = Array.from({ length: 7 }, () => eventAt(AT_MS, { workspace_id: 'ws_other', code: 'other' }));
    await works.put([...cities, ...bots, ...others]);
    await works.settle();
    await works.put([...cities.slice(0, 9), ...bots, ...cities.slice(0, 9)]);
    await works.settle();
    const clicks = CITIES + 5 + 7;
    expect(await works.rollUp()).toMatchObject({ isDone: true, hours: [expect.stringMatching(/T00$/)] });
    const same = { clicks: 2 * clicks, workspaces: 2, difference: 0, differences: [] };
    expect(await works.reconcile(BOTH)).toEqual(same);
    await signpost.laptop.runSchedules();
  });

  it('are apart by a counter that is wrong, until it is right again', async () => {
    const { pk, sk } = await dayOfWorkspace(7);
    const add = (clicks: number) =>
      counts.send(
        new UpdateCommand({
          TableName: signpost.tableName('counts'),
          Key: { pk, sk },
          UpdateExpression: 'ADD #hour :clicks, #total :clicks',
          ExpressionAttributeNames: { '#hour': 'hour:00', '#total': 'total' },
          ExpressionAttributeValues: { ':clicks': clicks },
        }),
      );
    await add(2);
    expect((await works.reconcile(BOTH)).differences).toEqual([
      { workspaceId: 'ws_other', start: `${DAY}T00`, of: 'people', apart: 2 },
      { workspaceId: 'ws_other', start: DAY, of: 'people', apart: 2 },
      { workspaceId: 'ws_other', start: DAY, of: 'rolled up people', apart: 2 },
    ]);
    await add(-2);
    expect((await works.reconcile(BOTH)).difference).toBe(0);
  });

  it('are apart by files that are gone, also for who has no row any more, until they are back', async () => {
    const cwd = join(folder, 's3');
    const files = globSync('*/clicks/dt=*/hr=*/*.parquet', { cwd }).map((path) => join(cwd, path));
    const hidden = (path: string): string => path.replace('/clicks/', '/hidden-').replaceAll(/\/(?=dt=|hr=|Del)/g, '-');
    for (const path of files) renameSync(path, hidden(path));
    const { difference, differences } = await works.reconcile(hoursAround(AT_MS, 1));
    expect(difference).toBe(CITIES + 5 + 7);
    expect(new Set(differences.map(({ workspaceId }) => workspaceId))).toEqual(new Set(['ws_1', 'ws_other']));
    for (const path of files) renameSync(hidden(path), path);
    expect((await works.reconcile(BOTH)).difference).toBe(0);
  });

  it('are the same where a workspace was erased, before its rows leave the lake and after', async () => {
    const TableName = signpost.tableName('counts');
    const { pk } = await dayOfWorkspace(7);
    for (const item of await signpost.scan('counts')) {
      if (item['pk'] === pk) await counts.send(new DeleteCommand({ TableName, Key: { pk, sk: item['sk'] } }));
    }
    expect((await works.reconcile(BOTH)).difference).toBeGreaterThan(0);
    await counts.send(new PutCommand({ TableName, Item: erasedWorkspaceTotalItem('ws_other') }));
    expect((await works.reconcile(BOTH)).difference).toBe(0);

    const erasure = { workspaceId: 'ws_other', erasedAtMs: Date.now() - 2 * 3_600_000, isCleared: false };
    await counts.send(new PutCommand({ TableName: signpost.tableName('jobs'), Item: rowErasureItem(erasure) }));
    const erased = await signpost.laptop.host.invoke(signpost.fn('erase-rows').name, {});
    expect(erased).toMatchObject({ workspaces: 1, isDone: true });
    expect(await works.reconcile(BOTH)).toMatchObject({ clicks: 2 * (CITIES + 5), difference: 0 });
    expect(await works.rollUp()).toMatchObject({ isDone: true });
    expect(await works.reconcile(BOTH)).toMatchObject({ clicks: 2 * (CITIES + 5), difference: 0 });
  });
});
