import type { Click } from '../../../core/clicks/row.ts';
import { eachClickOnce } from '../../../core/lake/each-click-once.ts';
import { sql } from '../../../core/lake/sql.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';

const atMs = Date.parse('2026-11-21T09:10Z');
const span = { startMs: atMs, endMs: atMs + 1 };
const asked = { span, workspaceId: null, link: null, tag: null, filters: {} };
const HASH = 'zyxwvutsrqponmlk';

const rowsOf = async (...rows: readonly Partial<Click>[]) => {
  const lake = await openLakeInDuckDb();
  try {
    lake.addClicks(
      rows.map((row) => aClick({ id: 'one', at_ms: atMs, ...row })),
      atMs,
    );
    return await lake.ask(
      sql`SELECT bot, country, visitor FROM ${eachClickOnce(asked, ['bot', 'country', 'visitor'])}`,
    );
  } finally {
    lake.close();
  }
};

describe('A click', () => {
  it.each<[string, readonly Partial<Click>[], object]>([
    ['delivered again', [{}, {}], { bot: 'false', country: 'DE', visitor: HASH }],
    [
      'whose second row says otherwise',
      [{}, { bot: true, country: 'AT' }],
      { bot: 'true', country: 'DE', visitor: HASH },
    ],
    ['whose visitor one row does not know', [{ visitor: '' }, {}], { bot: 'false', country: 'DE', visitor: HASH }],
    ['without a visitor', [{ visitor: '' }, { visitor: '' }], { bot: 'false', country: 'DE', visitor: '' }],
  ])('%s is one', async (_case, rows, one) => {
    expect(await rowsOf(...rows.map((row) => ({ bot: false, country: 'DE', visitor: HASH, ...row })))).toEqual([one]);
  });
});
