import type { Click } from '../../../core/clicks/row.ts';
import type { LakeQueries } from '../../../core/lake/lake-queries.ts';
import type { RollUpFiles, RollUpMark } from '../../../core/lake/roll-up.ts';
import { rollUp } from '../../../core/lake/roll-up.ts';
import { ROLL_UPS_TABLE } from '../../../core/lake/roll-ups-table.ts';
import { name, sql } from '../../../core/lake/sql.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { type LakeInDuckDb, openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';

const HOUR_MS = 3_600_000;
const QUARTER_MS = HOUR_MS / 4;
const at = (time: string): number => Date.parse(`2026-11-${time}Z`);

let lake: LakeInDuckDb;
let asked: string[];
beforeEach(async () => {
  lake = await openLakeInDuckDb();
  asked = [];
});
afterEach(() => lake.close());

const run = (
  nowMs: number,
  { files = lake.files, isTimeUp = () => false }: { files?: RollUpFiles; isTimeUp?: () => boolean } = {},
) =>
  rollUp(
    {
      lake: {
        ask(query, timeoutMs) {
          asked.push(query.sql.text);
          return lake.queries.ask(query, timeoutMs);
        },
      },
      files,
      nowMs: () => nowMs,
    },
    isTimeUp,
  );

/** `hour workspace domain/code country source bot` → clicks. */
async function rolledUp(): Promise<ReadonlyMap<string, number>> {
  const rows = await lake.ask(sql`SELECT * FROM ${name(ROLL_UPS_TABLE)}`);
  return new Map(
    rows.map((row) => [
      `${row['clicked_hour']?.slice(0, 13)} ${row['workspace_id']} ${row['domain']}/${row['code']} ${row['country']} ${row['source']} ${row['bot']}`,
      Number(row['clicks']),
    ]),
  );
}

function truthOf(clicks: readonly Click[]): ReadonlyMap<string, number> {
  const cells = new Map<string, number>();
  for (const { at_ms, workspace_id, domain, code, country, source, bot } of clicks) {
    const hour = new Date(at_ms).toISOString().slice(0, 13).replace('T', ' ');
    const cell = `${hour} ${workspace_id} ${domain}/${code} ${country} ${source} ${bot}`;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return cells;
}

/**
 * A lake too long for DuckDB to be asked a hundred times: a file with one click for each of these hours, all of them dated alike,
 * as those that were copied from another bucket.
 */
function manyHours(hoursMs: readonly number[]) {
  const written = new Set<string>();
  let mark: RollUpMark = { throughMs: 0, begun: null };
  const keys = hoursMs.map((ms) =>
    new Date(ms).toISOString().replace(/^(.{10})T(..).*/, 'clicks/dt=$1/hr=$2/a.parquet'),
  );
  const files: RollUpFiles = {
    async *clicksWrittenAfter(ms, lastKey) {
      if (ms < (hoursMs[0] ?? 0)) yield* keys.filter((key) => key > lastKey);
    },
    versions: async () => new Map(),
    async write(hour) {
      written.add(hour);
      return true;
    },
    mark: async () => mark,
    async setMark(next) {
      mark = next;
    },
  };
  const hoursIn = (sql: string): readonly string[] =>
    sql.includes('SELECT DISTINCT')
      ? [...sql.matchAll(/dt = '(.{10})' AND hr = (\d+)/g)].map(
          ([, day, hour]) => `${day} ${hour?.padStart(2, '0')}:00:00`,
        )
      : [...(sql.split('IN (').at(-1) ?? '').matchAll(/TIMESTAMP '(.{19})/g)].map(([, hour = '']) => hour);
  const lake: LakeQueries = {
    async ask({ sql: { text } }) {
      asked.push(text);
      const rows = hoursIn(text).map((clicked_hour) => ({ clicked_hour, clicks: '1', bot: 'false' }));
      return { kind: 'rows', rows, scannedBytes: 0 };
    },
  };
  return { lake, files, written };
}

describe('A roll-up', () => {
  it('adds up each hour by workspace, link, country, source and bot', async () => {
    const clicks = [
      aClick({ id: '1', at_ms: at('21T09:10') }),
      aClick({ id: '2', at_ms: at('21T09:20') }),
      aClick({ id: '3', at_ms: at('21T09:59:59.999'), country: 'FR' }),
      aClick({ id: '4', at_ms: at('21T10:00'), bot: true }),
      aClick({ id: '5', at_ms: at('21T10:01'), source: 'scan', workspace_id: "ws_'2", code: '"x' }),
    ];
    lake.addClicks(clicks, at('21T10:02'));
    expect(await run(at('21T10:30'))).toEqual({ files: 1, hours: ['2026-11-21T09', '2026-11-21T10'], isDone: true });
    expect(await rolledUp()).toEqual(truthOf(clicks));
  });

  it('makes an hour anew when a click of it comes late, or twice', async () => {
    const [first, late] = [aClick({ id: '1', at_ms: at('20T09:10') }), aClick({ id: '2', at_ms: at('20T09:20') })];
    lake.addClicks([first], at('20T09:11'));
    await run(at('20T10:00'));
    lake.addClicks([late, first, { ...first, bot_rule: 'a newer list' }], at('21T09:00'));
    await run(at('21T09:30'));
    expect(await rolledUp()).toEqual(truthOf([first, late]));
  });

  it('finds files that were written long after their clicks came', async () => {
    const replayed = aClick({ at_ms: at('01T09:10') });
    await run(at('21T09:30'));
    lake.addClicks([replayed], at('01T09:11'), at('21T09:40'));
    await run(at('21T10:30'));
    expect(await rolledUp()).toEqual(truthOf([replayed]));
  });

  it('finds files that S3 dates before the last run, because their upload began before it', async () => {
    await run(at('21T09:30'));
    const uploaded = aClick({ at_ms: at('21T09:10') });
    lake.addClicks([uploaded], at('21T09:11'), at('21T09:20'));
    await run(at('21T10:30'));
    expect(await rolledUp()).toEqual(truthOf([uploaded]));
  });

  it('has a click once also where its rows differ in what was told of it', async () => {
    const [told, toldAnew] = [aClick({ at_ms: at('21T09:10') }), aClick({ at_ms: at('21T09:10'), bot: true })];
    lake.addClicks([told, toldAnew], at('21T09:11'));
    await run(at('21T09:30'));
    expect([...(await rolledUp()).values()]).toEqual([1]);
  });

  it('asks nothing when nothing came', async () => {
    lake.addClicks([aClick({ at_ms: at('21T09:10') })], at('21T09:11'));
    await run(at('21T09:30'));
    asked = [];
    expect(await run(at('21T10:30'))).toEqual({ files: 0, hours: [], isDone: true });
    expect(asked).toEqual([]);
  });

  it('catches up with days, some hours to a query, and goes on where it had to stop', async () => {
    const clicks = Array.from({ length: 60 }, (_, hour) =>
      aClick({ id: `${hour}`, at_ms: at('18T00:10') + hour * HOUR_MS }),
    );
    for (const click of clicks) lake.addClicks([click], click.at_ms);
    let batches = 1;
    expect(await run(at('21T09:00'), { isTimeUp: () => batches-- === 0 })).toMatchObject({ isDone: false });
    expect((await rolledUp()).size).toBe(24);
    expect(await run(at('21T10:00'))).toMatchObject({ isDone: true });
    expect(await rolledUp()).toEqual(truthOf(clicks));
    expect(asked.length).toBeLessThan(20);
  });

  it('of a lake that never was one takes a month of it at a time', async () => {
    const hours = Array.from({ length: 75 * 24 }, (_, hour) => Date.parse('2026-09-01T00:00Z') + hour * HOUR_MS);
    const lake = manyHours(hours);
    const perRun = [];
    for (let nowMs = at('20T00:00'); perRun.length < 4; nowMs += HOUR_MS) {
      asked = [];
      const { files, isDone } = await rollUp({ ...lake, nowMs: () => nowMs }, () => false);
      perRun.push([files, isDone]);
      expect(asked.length).toBeLessThanOrEqual(31 * 5);
    }
    const month = 31 * 24;
    expect(perRun).toEqual([
      [month, false],
      [month, false],
      [hours.length - 2 * month, true],
      [0, true],
    ]);
    expect(lake.written.size).toBe(hours.length);
  });

  it('finds what was written while a look through the lake goes on, behind where it is', async () => {
    const clicks = Array.from({ length: 60 }, (_, hour) =>
      aClick({ id: `${hour}`, at_ms: at('18T00:10') + hour * HOUR_MS }),
    );
    for (const click of clicks) lake.addClicks([click], click.at_ms);
    let batches = 1;
    await run(at('21T09:00'), { isTimeUp: () => batches-- === 0 });
    const replayed = aClick({ id: 'replayed', at_ms: at('18T00:20') });
    lake.addClicks([replayed], at('18T00:21'), at('21T09:30'));
    expect(await run(at('21T10:00'))).toMatchObject({ files: 36, isDone: true });
    expect(await run(at('21T11:00'))).toMatchObject({ files: 1, isDone: true });
    expect(await rolledUp()).toEqual(truthOf([...clicks, replayed]));
  });

  it('stops where somebody else replaced an hour that it looked at before, and the next run is right', async () => {
    const [first, second] = [aClick({ id: '1', at_ms: at('21T09:10') }), aClick({ id: '2', at_ms: at('21T09:20') })];
    lake.addClicks([first], at('21T09:11'));
    const meddling: RollUpFiles = {
      ...lake.files,
      async write(hour, rows, version) {
        lake.addClicks([second], at('21T09:21'));
        await run(at('21T09:30'));
        return lake.files.write(hour, rows, version);
      },
    };
    await expect(run(at('21T09:30'), { files: meddling })).rejects.toThrow('Somebody else rolled up 2026-11-21T09');
    await run(at('21T10:30'));
    expect(await rolledUp()).toEqual(truthOf([first, second]));
  });

  it('is exact whatever comes late or twice and wherever a run is killed', async () => {
    const random = seededRandom(7);
    const clicks = Array.from({ length: 400 }, (_, index) =>
      aClick({
        id: `click ${index}`,
        at_ms: at('18T00:00') + Math.floor(random() * 72 * HOUR_MS),
        workspace_id: `ws_${Math.floor(random() * 3)}`,
        country: ['DE', 'FR', ''][Math.floor(random() * 3)] ?? '',
        bot: random() < 0.2,
      }),
    );
    const arrivals = clicks
      .flatMap((click) => Array.from({ length: random() < 0.1 ? 2 : 1 }, () => click))
      .map((click) => ({ click, atMs: click.at_ms + (random() < 0.1 ? random() * 24 * HOUR_MS : random() * 60_000) }))
      .sort((one, other) => one.atMs - other.atMs);
    // A file holds a quarter of an hour at most, and is written at its end.
    for (const [quarter, some] of Map.groupBy(arrivals, ({ atMs }) => Math.ceil(atMs / QUARTER_MS))) {
      lake.addClicks(
        some.map(({ click }) => click),
        some[0]?.atMs ?? 0,
        quarter * QUARTER_MS,
      );
      if (random() > 0.1) continue;
      const killed: RollUpFiles = {
        ...lake.files,
        write: (...args) => (random() < 0.2 ? Promise.reject(new Error('killed')) : lake.files.write(...args)),
      };
      await run(quarter * QUARTER_MS + 1, { files: killed }).catch(() => undefined);
    }
    await run(at('23T00:00'));
    expect(await rolledUp()).toEqual(truthOf(clicks));
  });

  it('does not move on when the lake does not answer', async () => {
    lake.addClicks([aClick({ at_ms: at('21T09:10') })], at('21T09:11'));
    const deps = {
      lake: { ask: async () => ({ kind: 'failed', reason: 'no' }) as const },
      files: lake.files,
      nowMs: () => at('21T09:30'),
    };
    await expect(rollUp(deps, () => false)).rejects.toThrow('The lake did not answer, failed: no');
    expect(await lake.files.mark()).toEqual({ throughMs: 0, begun: null });
  });
});
