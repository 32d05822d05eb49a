import { newSeed } from '../../../core/accounts/idempotency.ts';
import type { SignDownload } from '../../../core/download.ts';
import { Failure } from '../../../core/errors.ts';
import type { LakeQueries } from '../../../core/lake/lake-queries.ts';
import { beginReport, failReport, writeReport } from '../../../core/reports/make-report.ts';
import { orderReport } from '../../../core/reports/order-report.ts';
import { cancelReport, downloadOf, ownReport, ownReports } from '../../../core/reports/own-reports.ts';
import type { Report, ReportState } from '../../../core/reports/report.ts';
import { expiresAtMs, MAX_OPEN_REPORTS } from '../../../core/reports/report.ts';
import { failureOf } from '../../../core/reports/report-failure.ts';
import { fileNameOf, fileOf } from '../../../core/reports/report-file.ts';
import { monthBefore, orderUsageReports } from '../../../core/reports/usage-reports.ts';
import { memoryReportFiles, memoryReportRuns, memoryReportStore } from '../../fixtures/memory-reports.ts';
import { anOrder, aReport, REPORT_NOW_MS } from '../../fixtures/reports.ts';

const ROWS = [
  { short_code: 'a', clicks: '2', scans: '0', people: '2', bots: '0', unique_visitors: '1', ...firstAndLast() },
];
function firstAndLast() {
  return { first_click_at: '2026-11-20 10:00:00.000', last_click_at: '2026-11-21 10:00:00.000' };
}
const CALLER = { workspaceId: 'ws_1', principal: { kind: 'key', keyId: 'key_1' } } as const;

let nowMs: number;
let store: ReturnType<typeof memoryReportStore>;
let runs: ReturnType<typeof memoryReportRuns>;
let files: ReturnType<typeof memoryReportFiles>;
beforeEach(() => {
  nowMs = REPORT_NOW_MS;
  store = memoryReportStore();
  runs = memoryReportRuns();
  files = memoryReportFiles(ROWS);
});

const clock = (): number => nowMs;
const deps = () => ({ store, runs, nowMs: clock });
const making = () => ({ store, files, nowMs: clock, parquet: async function* () {} });
let seeds = 0;
const seed = (): string => newSeed((count) => Buffer.alloc(count, (seeds += 1)), nowMs);
const order = (from = seed()): Promise<Report> => orderReport(deps(), CALLER, anOrder(), from);
const stateOf = (id: string): ReportState | undefined => store.reports.get(`ws_1 ${id}`)?.state;
const RUNNING = { status: 'running', startedAtMs: REPORT_NOW_MS } as const;

describe('An order', () => {
  it('is one report and one run, however often it is repeated', async () => {
    const from = seed();
    const [first, second] = [await order(from), await order(from)];
    expect(second).toEqual(first);
    expect([...runs.runs.keys()]).toEqual([first.id]);
    expect(first).toMatchObject({ author: 'api_key', createdAtMs: nowMs, state: { status: 'queued' } });
  });

  it('whose run could not be started is completed by its repeat', async () => {
    const from = seed();
    const broken = { ...runs, start: async () => Promise.reject(new Error('cut off')) };
    await expect(orderReport({ ...deps(), runs: broken }, CALLER, anOrder(), from)).rejects.toThrow('cut off');
    expect(runs.started).toEqual([]);
    const report = await order(from);
    expect(runs.started).toEqual([report.id]);
  });

  it('is refused while as many as may be are open, unless some of those have ended without a word', async () => {
    const reports: Report[] = [];
    for (let count = 0; count < MAX_OPEN_REPORTS; count += 1) reports.push(await order());
    const refused = await order().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Failure);
    expect(refused).toMatchObject({ word: 'LIMIT_REACHED', details: { limit: MAX_OPEN_REPORTS } });
    runs.runs.set(reports[0]?.id ?? '', 'ended');
    nowMs += 120_000;
    expect((await order()).state.status).toBe('queued');
    expect(stateOf(reports[0]?.id ?? '')).toMatchObject({ status: 'failed', failure: 'internal' });
  });
});

it('An order is not held up by reports that nobody asked for until they were gone', async () => {
  for (let count = 0; count < MAX_OPEN_REPORTS; count += 1) store.expired.add(`rep_gone${count}`);
  expect((await order()).state.status).toBe('queued');
});

describe('A report that is asked for', () => {
  const asked = (overrides: Partial<Report>) => {
    const report = aReport({ createdAtMs: nowMs - 3_600_000, ...overrides });
    store.reports.set(`ws_1 ${report.id}`, report);
    return ownReport(deps(), 'ws_1', report.id);
  };

  it('and was never begun is begun', async () => {
    expect((await asked({})).state.status).toBe('queued');
    expect(runs.started).toEqual(['rep_01']);
  });

  it.each<[what: string, state: ReportState, run: 'running' | 'ended' | null, after: string]>([
    ['and whose run goes on is left to it', RUNNING, 'running', 'running'],
    ['and whose run ended without a word has failed', RUNNING, 'ended', 'failed'],
    ['and whose run ended before its first word has failed', { status: 'queued' }, 'ended', 'failed'],
    ['and whose run nobody knows any more has failed', RUNNING, null, 'failed'],
    ['and was cancelled stays so', { status: 'cancelled', endedAtMs: 1 }, 'running', 'cancelled'],
  ])('%s', async (_what, state, run, after) => {
    if (run !== null) runs.runs.set('rep_01', run);
    nowMs += 120_000;
    expect((await asked({ state })).state.status).toBe(after);
    expect(stateOf('rep_01')?.status).toBe(after);
  });

  it('within its first minute is believed', async () => {
    await asked({ createdAtMs: nowMs - 59_000 });
    expect(runs.started).toEqual([]);
  });

  it('is read as it stands while nobody can say how its run is', async () => {
    const { id } = await order();
    nowMs += 61_000;
    const silent = { ...runs, look: async () => Promise.reject(new Error('throttled')) };
    expect(await ownReport({ ...deps(), runs: silent }, 'ws_1', id)).toMatchObject({ id, state: { status: 'queued' } });
    expect((await ownReports({ ...deps(), runs: silent }, 'ws_1', 20, null)).items).toHaveLength(1);
  });

  it('that succeeds in the moment it is looked at has succeeded', async () => {
    const done = { status: 'succeeded', endedAtMs: nowMs, rows: 1, bytes: 2 } as const;
    const late = { ...runs, look: async () => (await store.change(aReport(), done), 'ended' as const) };
    const report = aReport({ createdAtMs: nowMs - 3_600_000 });
    store.reports.set('ws_1 rep_01', report);
    expect((await ownReport({ ...deps(), runs: late }, 'ws_1', 'rep_01')).state).toEqual(done);
  });

  it('after 30 days, of another workspace, or by no id of a report is not found', async () => {
    const report = aReport();
    store.reports.set('ws_1 rep_01', report);
    const word = (workspaceId: string, id: string) =>
      ownReport(deps(), workspaceId, id).then(
        () => 'found',
        (error: Failure) => error.word,
      );
    expect([await word('ws_1', 'rep_01'), await word('ws_2', 'rep_01'), await word('ws_1', '../x')]).toEqual([
      'found',
      'REPORT_NOT_FOUND',
      'REPORT_NOT_FOUND',
    ]);
    nowMs = expiresAtMs(report);
    expect(await word('ws_1', 'rep_01')).toBe('REPORT_NOT_FOUND');
    expect((await ownReports(deps(), 'ws_1', 20, null)).items).toEqual([]);
  });

  it('can be downloaded once it is made, and no longer than it is kept', async () => {
    const state = { status: 'succeeded', endedAtMs: nowMs, rows: 1, bytes: 2 } as const;
    const report = aReport({ state });
    const sign: SignDownload = async ({ key, fileName }, expiresAtMs) => ({ url: `${key} ${fileName}`, expiresAtMs });
    expect(await downloadOf(sign, report)).toEqual({
      url: `${fileOf(report).key} ${fileNameOf(report)}`,
      expiresAtMs: expiresAtMs(report),
    });
    expect(await downloadOf(sign, aReport())).toBeNull();
  });
});

describe('The run of a report', () => {
  it('asks, writes and says so; doing a step again changes nothing', async () => {
    const { id } = await order();
    const name = { workspaceId: 'ws_1', id };
    for (let time = 0; time < 2; time += 1) expect(await beginReport(making(), name)).toContain('FROM clicks');
    for (let time = 0; time < 2; time += 1) await writeReport(making(), name, 's3://results/queries/1.csv');
    const [file] = files.files.values();
    expect(stateOf(id)).toEqual({ status: 'succeeded', endedAtMs: nowMs, rows: 1, bytes: file?.length });
    expect(file?.toString()).toContain('"a",2,0,2,0,1,2026-11-20T10:00:00.000Z,2026-11-21T10:00:00.000Z\r\n');
    expect(await failReport(making(), name, { error: 'late', cause: '' })).toBe('ours');
    expect([stateOf(id)?.status, files.files.size]).toEqual(['succeeded', 1]);
  });

  it('of a cancelled report asks nothing, and takes away what it wrote', async () => {
    const { id } = await order();
    const name = { workspaceId: 'ws_1', id };
    await beginReport(making(), name);
    expect((await cancelReport(deps(), 'ws_1', id)).state.status).toBe('cancelled');
    expect((await cancelReport(deps(), 'ws_1', id)).state.status).toBe('cancelled');
    expect(runs.stopped).toEqual([id, id]);
    expect(await beginReport(making(), name)).toBeNull();
    await writeReport(making(), name, 's3://results/queries/1.csv');
    expect([stateOf(id)?.status, files.files.size]).toEqual(['cancelled', 0]);
  });

  it('that wrote its file and could not say so leaves none when it fails', async () => {
    const { id } = await order();
    const name = { workspaceId: 'ws_1', id };
    await beginReport(making(), name);
    const away = { ...store, change: () => Promise.reject(new Error('table away')) };
    await expect(writeReport({ ...making(), store: away }, name, 's3://results/queries/1.csv')).rejects.toThrow('away');
    expect(files.files.size).toBe(1);
    for (let time = 0; time < 2; time += 1) await failReport(making(), name, { error: 'Error', cause: 'table away' });
    expect([stateOf(id)?.status, files.files.size]).toEqual(['failed', 0]);
  });

  it('of an erased workspace asks and leaves nothing', async () => {
    const { id } = await order();
    const name = { workspaceId: 'ws_1', id };
    const erasing = {
      ...files,
      write: async (...given: Parameters<typeof files.write>) => (store.reports.clear(), files.write(...given)),
    };
    await writeReport({ ...making(), files: erasing }, name, 's3://results/queries/1.csv');
    expect([store.reports.size, files.files.size]).toEqual([0, 0]);
    expect(await beginReport(making(), name)).toBeNull();
  });

  it.each<[error: string, cause: string, failure: string, blame: string]>([
    ['States.TaskFailed', '{"StateChangeReason":"Bytes scanned limit was exceeded"}', 'too_much_data', 'not ours'],
    [
      'States.TaskFailed',
      'EXCEEDED_MEMORY_LIMIT: Query exhausted resources at this scale factor',
      'too_much_data',
      'not ours',
    ],
    ['States.TaskFailed', 'Query timeout', 'too_slow', 'not ours'],
    // What a customer filters by is in the query, and is not why it failed.
    [
      'States.TaskFailed',
      JSON.stringify({
        QueryExecution: {
          Query: `WHERE city = 'timeout "StateChangeReason":"Query timeout"'`,
          Status: { State: 'FAILED', StateChangeReason: 'HIVE_BAD_DATA: "x"' },
        },
      }),
      'internal',
      'ours',
    ],
    ['States.Timeout', '', 'too_slow', 'not ours'],
    ['Sandbox.Timedout', 'RequestId: 1 Error: Task timed out after 900.00 seconds', 'too_slow', 'not ours'],
    ['TooManyRows', '{"errorMessage":"more than 5000000 rows"}', 'too_many_rows', 'not ours'],
    ['Athena.InvalidRequestException', 'Access denied', 'internal', 'ours'],
    ['TypeError', 'x is undefined', 'internal', 'ours'],
  ])('that ends in %s (%s) fails as %s, which is %s', async (error, cause, failure, blame) => {
    const { id } = await order();
    expect(failureOf({ error, cause })).toBe(failure);
    expect(await failReport(making(), { workspaceId: 'ws_1', id }, { error, cause })).toBe(blame);
    expect(stateOf(id)).toEqual({ status: 'failed', endedAtMs: nowMs, failure });
  });

  it('is called after what it is of, and its days', () => {
    const day = { startMs: Date.UTC(2026, 10, 21), endMs: Date.UTC(2026, 10, 21, 13), timezone: 'UTC' };
    expect(fileNameOf(aReport())).toBe('signpost-links-2026-11-14-to-2026-11-21.csv');
    expect(fileNameOf(aReport({ order: anOrder({ range: day, format: 'parquet' }) }))).toBe(
      'signpost-links-2026-11-21.parquet',
    );
  });
});

describe('Usage reports', () => {
  const lake = (...ids: readonly string[]): LakeQueries => ({
    ask: async () => ({ kind: 'rows', rows: ids.map((workspace_id) => ({ workspace_id })), scannedBytes: 1 }),
  });
  const usage = (asked: LakeQueries) =>
    orderUsageReports({ ...deps(), lake: asked, existing: async (ids) => ids.filter((id) => id !== 'ws_gone') });

  it.each([
    ['2026-11-01T06:00:00Z', '2026-10-01', '2026-11-01'],
    ['2026-11-30T23:59:59Z', '2026-10-01', '2026-11-01'],
    ['2027-01-01T00:00:00Z', '2026-12-01', '2027-01-01'],
    ['2028-03-01T06:00:00Z', '2028-02-01', '2028-03-01'],
  ])('on %s are of the month from %s to %s', (at, start, end) => {
    expect(monthBefore(Date.parse(at))).toEqual({ startMs: Date.parse(start), endMs: Date.parse(end) });
  });

  it('are one for each workspace that is still there, also when they are ordered again, whatever else is open', async () => {
    for (let count = 0; count < MAX_OPEN_REPORTS; count += 1) await order();
    const ids = Array.from({ length: 25 }, (_, index) => `ws_${index + 1}`);
    expect(await usage(lake(...ids, 'ws_gone'))).toBe(25);
    nowMs += 86_400_000;
    expect(await usage(lake(...ids))).toBe(25);
    const made = [...store.reports.values()].filter(({ author }) => author === 'schedule');
    expect(new Set(made.map(({ workspaceId }) => workspaceId))).toEqual(new Set(ids));
    expect(made).toHaveLength(25);
    expect(new Set(made.map(({ id }) => id)).size).toBe(25);
  });

  it('are tried again where the lake does not answer', async () => {
    const broken: LakeQueries = { ask: async () => ({ kind: 'too_slow', reason: 'too slow' }) };
    await expect(usage(broken)).rejects.toThrow('too slow');
  });
});
