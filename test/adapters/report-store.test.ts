import { reportStore } from '../../adapters/report-store.ts';
import type { Report, ReportState } from '../../core/reports/report.ts';
import { anOrder, aReport, REPORT_NOW_MS } from '../fixtures/reports.ts';
import { startTables, type TestTables } from '../fixtures/tables.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const store = () => reportStore(tables.client, 'jobs');
let workspaces = 0;
const inNewWorkspace = (overrides: Partial<Report> = {}): Report =>
  aReport({ workspaceId: `ws_jobs${(workspaces += 1)}`, ...overrides });

const ENDS: readonly ReportState[] = [
  { status: 'succeeded', endedAtMs: REPORT_NOW_MS, rows: 3, bytes: 120 },
  { status: 'failed', endedAtMs: REPORT_NOW_MS, failure: 'too_many_rows' },
  { status: 'cancelled', endedAtMs: REPORT_NOW_MS },
];

describe('a report in DynamoDB', () => {
  test('is read as it was written, whatever it is of', async () => {
    const report = inNewWorkspace({
      order: anOrder({
        subject: { kind: 'breakdown', by: ['city', 'utm_term'] },
        filters: {
          link: { domain: 'default', code: 'a' },
          tag: '☃',
          bots: 'include',
          values: { city: "L'Aquila", utm_campaign: '' },
        },
        format: 'parquet',
      }),
      author: 'api_key',
    });
    expect(await store().create(report, 10)).toBe('created');
    expect(await store().find(report.workspaceId, report.id)).toEqual(report);
    expect(await store().find('ws_other', report.id)).toBeNull();
  });

  test.each(ENDS)('goes from queued to running to $status, and no further', async (end) => {
    const report = inNewWorkspace();
    await store().create(report, 10);
    const running = { status: 'running', startedAtMs: REPORT_NOW_MS } as const;
    expect(await store().change(report, running)).toBe(true);
    expect(await store().openIds(report.workspaceId)).toEqual([report.id]);
    expect(await store().change(report, end)).toBe(true);
    expect(await store().openIds(report.workspaceId)).toEqual([]);
    for (const later of [running, ...ENDS]) expect(await store().change(report, later)).toBe(false);
    expect(await store().find(report.workspaceId, report.id)).toEqual({ ...report, state: end });
  });

  test('that is not there cannot be changed into one', async () => {
    const report = inNewWorkspace();
    expect(await store().change(report, { status: 'cancelled', endedAtMs: 1 })).toBe(false);
    expect(await store().find(report.workspaceId, report.id)).toBeNull();
  });

  test('is one of at most so many open ones, also when more are ordered at once, and the schedule’s is not counted', async () => {
    const report = inNewWorkspace();
    const numbered = (count: number) => ({ ...report, id: `rep_${count}` });
    expect(await store().create({ ...report, id: 'rep_s', author: 'schedule' }, null)).toBe('created');
    const outcomes = await Promise.all(Array.from({ length: 6 }, (_, count) => store().create(numbered(count), 3)));
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(3);
    const created = numbered(outcomes.indexOf('created'));
    expect(await store().create(created, 3)).toBe('known');
    await store().change(created, { status: 'cancelled', endedAtMs: 1 });
    expect(await store().create(numbered(7), 3)).toBe('created');
    expect(await store().create(numbered(8), 3)).toBe('full');
    await store().forget(report.workspaceId, 'rep_7');
    expect(await store().create(numbered(8), 3)).toBe('created');
  });

  test('is listed with the newest first, in pages', async () => {
    const report = inNewWorkspace();
    for (const id of ['rep_1', 'rep_2', 'rep_3']) await store().create({ ...report, id }, 10);
    const first = await store().list(report.workspaceId, 2, null);
    expect([first.items.map(({ id }) => id), first.cursor]).toEqual([['rep_3', 'rep_2'], 'rep_2']);
    const second = await store().list(report.workspaceId, 2, first.cursor);
    expect([second.items.map(({ id }) => id), second.cursor]).toEqual([['rep_1'], null]);
    expect((await store().list(report.workspaceId, 3, null)).cursor).toBeNull();
  });
});
