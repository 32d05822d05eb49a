import type { Click } from '../../../core/clicks/row.ts';
import { eraseRows } from '../../../core/lake/erase-rows.ts';
import { rollUp } from '../../../core/lake/roll-up.ts';
import { ROLL_UPS_TABLE } from '../../../core/lake/roll-ups-table.ts';
import type { RowErasure, RowErasures } from '../../../core/lake/row-erasure.ts';
import type { RowFiles } from '../../../core/lake/row-files.ts';
import { name, sql } from '../../../core/lake/sql.ts';
import { aClick } from '../../fixtures/clicks.ts';
import { type LakeInDuckDb, openLakeInDuckDb } from '../../fixtures/lake-in-duckdb.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';

const HOUR_MS = 3_600_000;
const at = (time: string): number => Date.parse(`2026-11-${time}Z`);
const ERASED_MS = at('20T12:00');
const GONE = 'ws_gone';

let lake: LakeInDuckDb;
let marks: Map<string, RowErasure>;
beforeEach(async () => {
  lake = await openLakeInDuckDb();
  marks = new Map();
  mark(GONE);
});
afterEach(() => lake.close());

const mark = (workspaceId: string): unknown =>
  marks.set(workspaceId, { workspaceId, erasedAtMs: ERASED_MS, isCleared: false });
const erasures: RowErasures = {
  all: async () => [...marks.values()],
  clear: async (erasure) => void marks.set(erasure.workspaceId, { ...erasure, isCleared: true }),
  remove: async ({ workspaceId }) => void marks.delete(workspaceId),
};
const run = (hours: number, { files, isTimeUp = () => false }: { files?: RowFiles; isTimeUp?: () => boolean } = {}) => {
  const nowMs = ERASED_MS + hours * HOUR_MS;
  const deps = { lake: lake.queries, files: files ?? lake.rowFiles(nowMs), erasures, keptDays: 30, nowMs: () => nowMs };
  return eraseRows(deps, isTimeUp);
};
const rollUpAt = (nowMs: number) => rollUp({ lake: lake.queries, files: lake.files, nowMs: () => nowMs }, () => false);

const clickOf = (workspace_id: string, id: string, at_ms: number): Click =>
  aClick({ id, workspace_id, at_ms, code: `code-of-${workspace_id}`, visitor: `visitor-of-${workspace_id}` });

const rowsOf = async (table: string) =>
  (await lake.ask(sql`SELECT * FROM ${name(table)}`)).toSorted((one, other) =>
    JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
  );
const traces = (): readonly string[] =>
  [...lake.everything()].filter(([, body]) => body.includes(GONE)).map(([key]) => key);
const filed = (event: object): string =>
  `${JSON.stringify({ rawData: Buffer.from(JSON.stringify(event)).toString('base64') })}\n`;

/** Clicks of two neighbours and of who goes, in files of several hours, one of them theirs alone. */
function fill(): readonly Click[] {
  const random = seededRandom(5);
  const clicks = Array.from({ length: 60 }, (_, index) => {
    const workspaceId = ['ws_gone', 'ws_gon', 'ws_stays'][Math.floor(random() * 3)] ?? '';
    return clickOf(workspaceId, `id-${index}`, at('18T20:00') + Math.floor(random() * 8) * HOUR_MS);
  });
  for (const hour of [0, 1, 2, 3, 4, 5]) {
    const some = clicks.filter((_, index) => index % 6 === hour);
    lake.addClicks([...some, ...some.slice(0, 3)], at('19T04:10') + hour * HOUR_MS);
  }
  const alone = clickOf(GONE, 'alone', at('19T15:30'));
  lake.addClicks([alone], at('19T15:40'));
  return [...clicks, alone];
}

describe('Rows of an erased workspace', () => {
  it('leave clicks, roll-ups and what was filed, and everybody else’s stay as they were', async () => {
    fill();
    const failure = 'processing-failed/2026/11/19/Delivery-1';
    lake.addFiled(failure, filed({ workspace_id: GONE }) + filed({ workspace_id: 'ws_stays' }));
    await rollUpAt(at('20T11:00'));
    const others = (rows: readonly Readonly<Record<string, unknown>>[]) =>
      rows.filter((row) => row['workspace_id'] !== GONE);
    const before = [others(await rowsOf('clicks')), others(await rowsOf(ROLL_UPS_TABLE))];
    expect(traces().length).toBeGreaterThan(8);

    expect(await run(1)).toMatchObject({ workspaces: 1, outlived: 0, isDone: true });
    expect([await rowsOf('clicks'), await rowsOf(ROLL_UPS_TABLE)]).toEqual(before);
    expect(String(lake.everything().get(failure))).toBe(filed({ workspace_id: 'ws_stays' }));
    expect(
      [...lake.everything().keys()].filter((key) => key.includes('hr=15/') || key.endsWith('/15.parquet')),
    ).toEqual([]);
    expect(traces()).toEqual([]);

    await rollUpAt(ERASED_MS + 2 * HOUR_MS);
    expect(await rowsOf(ROLL_UPS_TABLE)).toEqual(before[1]);
  });

  it('are looked for an hour after the erasure, until a run finds none, and once more when nothing can come any more', async () => {
    fill();
    expect(await run(0.9)).toMatchObject({ workspaces: 0, files: 0 });
    expect(await run(1)).toMatchObject({ workspaces: 1, isDone: true });
    expect(marks.get(GONE)).toMatchObject({ isCleared: false });
    expect(await run(2)).toMatchObject({ workspaces: 1, files: 0, rows: 0 });
    expect(marks.get(GONE)).toMatchObject({ isCleared: true });
    lake.addClicks([clickOf(GONE, 'late', at('20T11:00'))], at('22T11:00'));
    expect(await run(48)).toMatchObject({ workspaces: 0 });
    expect(await run(49)).toMatchObject({ workspaces: 1, files: 1, rows: 1 });
    expect(marks.has(GONE)).toBe(true);
    expect(await run(50)).toMatchObject({ files: 0 });
    expect(marks.has(GONE)).toBe(false);
    expect(traces()).toEqual([]);
  });

  it('are gone in the end wherever a run is killed or has no time', async () => {
    const ids = new Set(fill().flatMap(({ id, workspace_id }) => (workspace_id === GONE ? [] : [id])));
    await rollUpAt(at('20T11:00'));
    let calls = 0;
    for (let runs = 0; traces().length > 0; runs += 1) {
      const files = lake.rowFiles(ERASED_MS + HOUR_MS);
      const killed: RowFiles = {
        ...files,
        async eraseRows(file, workspaceIds) {
          const rows = await files.eraseRows(file, workspaceIds);
          calls += 1;
          if (calls % 2 === 0) throw new Error('killed');
          return rows;
        },
      };
      let looks = 0;
      await run(1, { files: killed, isTimeUp: () => (looks += 1) > 3 }).catch(() => undefined);
      expect(runs).toBeLessThan(40);
      expect(marks.get(GONE)).toMatchObject({ isCleared: false });
    }
    expect(new Set((await rowsOf('clicks')).map(({ id }) => id))).toEqual(ids);
  });

  it('are looked for again where somebody else replaced a file meanwhile', async () => {
    fill();
    const files = lake.rowFiles(0);
    await run(1, { files: { ...files, eraseRows: async () => null } });
    expect(marks.get(GONE)).toMatchObject({ isCleared: false });
    expect(traces().length).toBeGreaterThan(0);
  });

  it('of one do not keep another from being done with', async () => {
    mark('ws_quiet');
    fill();
    await run(49);
    expect([...marks.keys()]).toEqual([GONE]);
  });
});

describe('Rows older than they are kept', () => {
  it('go with their files, also where a file was written anew', async () => {
    marks.clear();
    lake.addClicks(
      [clickOf('ws_stays', 'old', at('01T00:00') - 20 * 24 * HOUR_MS)],
      at('01T00:00') - 20 * 24 * HOUR_MS,
    );
    lake.addClicks([clickOf('ws_stays', 'kept', at('01T00:00'))], at('01T00:00'));
    await rollUpAt(at('20T11:00'));
    expect(await run(1)).toMatchObject({ outlived: 2, workspaces: 0 });
  });
});
