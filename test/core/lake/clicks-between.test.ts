import type { Click } from '../../../core/clicks/row.ts';
import type { ClicksAsked } from '../../../core/lake/clicks-between.ts';
import { clicksBetween } from '../../../core/lake/clicks-between.ts';
import { sql } from '../../../core/lake/sql.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { type LakeInDuckDb, openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';

const at = (time: string): number => Date.parse(`2026-11-${time}Z`);
const DAY = { startMs: at('21T00:00'), endMs: at('22T00:00') };
const ALL: ClicksAsked = { span: DAY, workspaceId: null, link: null, tag: null, filters: {} };

let lake: LakeInDuckDb;
beforeAll(async () => {
  lake = await openLakeInDuckDb();
  const arrive = (arrivedAt: string, id: string, clickedAt: string, overrides: Partial<Click> = {}) =>
    lake.addClicks([aClick({ id, at_ms: at(clickedAt), ...overrides })], at(arrivedAt));
  arrive('21T00:00', 'first', '21T00:00');
  arrive('21T12:00', 'noon', '21T12:00', { tags: ["o'clock"], city: "L'Aquila" });
  arrive('21T12:01', 'noon', '21T12:00', { tags: ["o'clock"], city: "L'Aquila" });
  arrive('21T23:59', 'last', '21T23:59:59.999');
  arrive('22T23:59', 'a day late', '21T23:59:59.999');
  arrive('20T23:45', 'in a file whose oldest record is of the day before', '21T00:00:00.001');
  arrive('20T23:59', 'just before', '20T23:59:59.999');
  arrive('22T00:00', 'just behind', '22T00:00');
  arrive('21T09:00', 'of others', '21T09:00', { workspace_id: 'ws_2', tags: ["o'clock"] });
  arrive('21T09:00', 'of another link', '21T09:00', { code: 'other' });
  arrive('21T09:00', 'of another domain', '21T09:00', { domain: 'go.example' });
});
afterAll(() => lake.close());

async function found(asked: Partial<ClicksAsked>): Promise<readonly (string | null | undefined)[]> {
  const rows = await lake.ask(sql`SELECT DISTINCT id FROM ${clicksBetween({ ...ALL, ...asked })} ORDER BY id`);
  return rows.map(({ id }) => id);
}

const WITHIN = [
  'a day late',
  'first',
  'in a file whose oldest record is of the day before',
  'last',
  'noon',
  'of another domain',
  'of another link',
];

describe('The clicks of a span', () => {
  it.each<[string, Partial<ClicksAsked>, readonly string[]]>([
    ['are those of its visits, whenever they came', {}, [...WITHIN, 'of others']],
    ['are those of one workspace', { workspaceId: 'ws_1' }, WITHIN],
    ['are those of one link', { workspaceId: 'ws_1', link: { domain: 'default', code: 'other' } }, ['of another link']],
    ['are those with a tag', { workspaceId: 'ws_1', tag: "o'clock" }, ['noon']],
    ['are those with a value', { filters: { city: "L'Aquila" } }, ['noon']],
    ['are those with all values', { filters: { city: "L'Aquila", country: 'FR' } }, []],
    ['begin and end within hours', { span: { startMs: at('21T12:00'), endMs: at('21T12:00:00.001') } }, ['noon']],
    ['are none where there are none', { span: { startMs: at('25T00:00'), endMs: at('26T00:00') } }, []],
  ])('%s', async (_claim, asked, ids) => {
    expect(await found(asked)).toEqual(ids);
  });

  it('have as many rows as came, and each click once among different ids', async () => {
    const asked = clicksBetween({ ...ALL, tag: "o'clock", workspaceId: 'ws_1' });
    expect(await lake.ask(sql`SELECT count(*) AS n, count(DISTINCT id) AS d FROM ${asked}`)).toEqual([
      { n: '2', d: '1' },
    ]);
  });

  it('are looked for in the partitions of their hours and of a day behind them only', () => {
    const hour = { startMs: at('21T10:00'), endMs: at('21T11:00') };
    expect(clicksBetween({ ...ALL, span: hour }).text).toContain(
      "dt BETWEEN '2026-11-21' AND '2026-11-22' AND (dt > '2026-11-21' OR hr >= 9) AND (dt < '2026-11-22' OR hr <= 10)",
    );
  });
});
