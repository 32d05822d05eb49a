import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { JobPlaces } from '../../adapters/job-erasure.ts';
import { jobErasure } from '../../adapters/job-erasure.ts';
import { rowErasures } from '../../adapters/row-erasures.ts';
import { allOf } from '../fixtures/all-of.ts';
import { startTables, type TestTables } from '../fixtures/tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

/** Only the table is touched. */
const places = (nowMs: number): JobPlaces => ({ table: 'jobs', nowMs: () => nowMs }) as unknown as JobPlaces;
const order = async (workspaceId: string, nowMs: number): Promise<unknown> =>
  allOf(jobErasure(tables.client, places(nowMs)).orderRowErasure(workspaceId));

it('Workspaces whose rows are to leave the lake are noted until they left, with nothing but their id and when', async () => {
  const store = rowErasures(tables.client, 'jobs');
  expect(await store.all()).toEqual([]);
  await order('ws_1', 7);
  await order('ws_2', 8);
  await order('ws_1', 9);
  const [first, second] = await store.all();
  expect([first, second]).toEqual([
    { workspaceId: 'ws_1', erasedAtMs: 9, isCleared: false },
    { workspaceId: 'ws_2', erasedAtMs: 8, isCleared: false },
  ]);
  if (first === undefined || second === undefined) throw new Error('Two were noted.');
  await store.clear(first);
  await store.remove(second);
  // Whoever is late brings none back.
  await store.clear(second);
  expect(await store.all()).toEqual([{ ...first, isCleared: true }]);
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: 'jobs' }));
  expect(Items).toEqual([{ pk: 'rows-to-erase', sk: 'ws_1', erased_at_ms: 9, cleared: true }]);
});
