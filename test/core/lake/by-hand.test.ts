import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rollUp } from '../../../core/lake/roll-up.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { type LakeInDuckDb, openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';

/** The questions that `docs/operations/data.md` shows to whoever asks the lake by hand, put to a lake. */
const DOCUMENT = readFileSync(join(__dirname, '../../../docs/operations/data.md'), 'utf8');
const [OF_CLICKS = '', OF_ROLL_UPS = ''] = [...DOCUMENT.matchAll(/```sql\n([^`]*)```/g)].map(([, text]) => text ?? '');

let lake: LakeInDuckDb;
beforeAll(async () => {
  lake = await openLakeInDuckDb();
  const [first, bot, abroad, foreign] = [
    aClick({ id: '1', at_ms: Date.parse('2026-11-01T00:10Z'), workspace_id: 'ws_…' }),
    aClick({ id: '2', at_ms: Date.parse('2026-11-01T00:20Z'), workspace_id: 'ws_…', bot: true }),
    aClick({ id: '3', at_ms: Date.parse('2026-11-30T23:50Z'), workspace_id: 'ws_…', country: 'FR' }),
    aClick({ id: '4', at_ms: Date.parse('2026-11-21T09:10Z'), workspace_id: 'ws_2' }),
  ];
  lake.addClicks([first, bot, foreign, first], Date.parse('2026-10-31T23:59Z'));
  lake.addClicks([first, abroad], Date.parse('2026-12-01T20:00Z'));
  await rollUp({ lake: lake.queries, files: lake.files, nowMs: () => Date.parse('2026-12-02T00:00Z') }, () => false);
});
afterAll(() => lake.close());

it('clicks of a month by country', async () => {
  expect(await lake.ask({ text: OF_CLICKS })).toEqual([
    { country: 'DE', clicks: '2' },
    { country: 'FR', clicks: '1' },
  ]);
});

it('a workspace’s clicks of a year by day', async () => {
  expect(await lake.ask({ text: OF_ROLL_UPS })).toEqual([
    { dt: '2026-11-01', clicks: '1' },
    { dt: '2026-11-30', clicks: '1' },
  ]);
});
