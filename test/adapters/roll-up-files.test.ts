import { rollUpFiles } from '../../adapters/roll-up-files.ts';
import type { RollUpFiles, RollUpRow } from '../../core/lake/roll-up.ts';
import { allOf } from '../fixtures/all-of.ts';
import { startBuckets, type TestBuckets } from '../fixtures/buckets.ts';

const DAY_MS = 86_400_000;
/** Requests are signed by the clock of this machine, and S3 looks at it. */
const NOW_MS = Math.floor(Date.now() / 1_000) * 1_000;
const HOUR = '2026-11-21T09';
const clock = { ms: NOW_MS };

let lake: TestBuckets;
let files: RollUpFiles;
beforeAll(async () => {
  lake = await startBuckets(['lake'], () => clock.ms);
  files = rollUpFiles(lake.s3, 'lake');
});
afterAll(() => lake.close());

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

it('the mark is nothing before the first time', async () => {
  expect(await files.mark()).toEqual({ throughMs: 0, begun: null });
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
    lake.engine.faultFor = () => ({ kind: 'refuse', status: 403, errorType: 'AccessDenied' });
    await expect(files.write(HOUR, [], null)).rejects.toMatchObject({ name: 'AccessDenied' });
    lake.engine.faultFor = null;
  });
});

it.each([
  ['of a look through all', { throughMs: NOW_MS, begun: null }],
  ['of one that is not at its end', { throughMs: 0, begun: { atMs: NOW_MS, lastKey: 'clicks/dt=2026-11-21/hr=09/a' } }],
])('the mark %s is kept', async (_, mark) => {
  await files.setMark(mark);
  expect(await files.mark()).toEqual(mark);
});

it('files of clicks are found by when they were written, in folders of up to 91 days before', async () => {
  const write = async (arrivedDaysAgo: number, writtenAtMs: number): Promise<string> => {
    clock.ms = writtenAtMs;
    const key = `clicks/dt=${new Date(NOW_MS - arrivedDaysAgo * DAY_MS).toISOString().slice(0, 10)}/hr=09/file.parquet`;
    await lake.engine.put('lake', key, Buffer.from('rows'));
    clock.ms = NOW_MS;
    return key;
  };
  await write(1, NOW_MS - DAY_MS);
  const late = await write(2, NOW_MS);
  const replayed = await write(90, NOW_MS + 1_000);
  await write(120, NOW_MS + 2_000);
  expect(await allOf(files.clicksWrittenAfter(NOW_MS - DAY_MS / 2, ''))).toEqual([replayed, late]);
  expect(await allOf(files.clicksWrittenAfter(NOW_MS - DAY_MS / 2, replayed))).toEqual([late]);
  expect(await allOf(files.clicksWrittenAfter(-900_000, ''))).toHaveLength(4);
});
