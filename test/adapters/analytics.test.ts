import { createHash } from 'node:crypto';
import { clickCounts } from '../../adapters/click-counts.ts';
import { countStore } from '../../adapters/count-store.ts';
import { visitorSketches } from '../../adapters/visitor-sketches.ts';
import { breakdown } from '../../core/clicks/breakdown.ts';
import type { ClickCounts } from '../../core/clicks/click-counts.ts';
import { newClickId } from '../../core/clicks/click-id.ts';
import { countClicks } from '../../core/clicks/count-clicks.ts';
import type { Question } from '../../core/clicks/question.ts';
import type { Click } from '../../core/clicks/row.ts';
import type { Subject } from '../../core/clicks/subject.ts';
import { summary } from '../../core/clicks/summary.ts';
import type { RangeRequest } from '../../core/clicks/time-range.ts';
import { timeRange } from '../../core/clicks/time-range.ts';
import { DAY_MS } from '../../core/clicks/time-zone.ts';
import { timeSeries } from '../../core/clicks/timeseries.ts';
import { aClick } from '../fixtures/clicks.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memoryClickCounts } from '../fixtures/memory-click-counts.ts';
import { pick, seededRandom } from '../fixtures/seeded-random.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

const CLICKS = 200;
const SPAN_DAYS = 40;

const SUBJECTS: readonly Subject[] = [
  { kind: 'link', domain: 'default', code: 'one' },
  { kind: 'tag', workspaceId: 'ws_1', tag: 'spring' },
  { kind: 'tag', workspaceId: 'ws_1', tag: 'spring sale#1' },
  { kind: 'workspace', id: 'ws_1' },
];
const RANGES: readonly RangeRequest[] = [
  { interval: '24h' },
  { interval: '30d' },
  { interval: '30d', timezone: 'America/New_York' },
  { start: '2026-10-25', end: '2026-11-02', timezone: 'Europe/Berlin' },
  { start: '2026-11-20T05:00:00Z', end: '2026-11-20T07:00:00Z', timezone: 'Asia/Kolkata' },
];

const random = seededRandom(20_261_121);
const clicks: readonly Click[] = Array.from({ length: CLICKS }, () => {
  const code = pick(['one', 'two', 'foreign'], random);
  const atMs = NOW_MS - Math.floor(random() * SPAN_DAYS * DAY_MS);
  return aClick({
    id: newClickId(atMs),
    at_ms: atMs,
    code,
    workspace_id: code === 'foreign' ? 'ws_2' : 'ws_1',
    tags: pick([[], ['spring'], ['spring', 'spring sale#1']], random),
    bot: random() < 0.2,
    source: pick(['click', 'scan'], random),
    country: pick(['DE', 'AT', 'US'], random),
    city: pick(['Berlin', 'Wien', 'São Paulo', ''], random),
    visitor: createHash('sha256')
      .update(String(Math.floor(random() * 200)))
      .digest()
      .subarray(0, 12)
      .toString('base64url'),
  });
});

let tables: TestTables;
let stored: ClickCounts;
beforeAll(async () => {
  tables = await startTables();
  stored = clickCounts(tables.client, tables.lean, 'counts', () => NOW_MS);
  const store = countStore(tables.lean, 'counts', () => NOW_MS);
  const sketches = visitorSketches(tables.lean, 'counts');
  const result = await countClicks({ store, sketches }, clicks);
  expect(result.counted).toHaveLength(CLICKS);
});
afterAll(() => tables.close());

const questions: readonly (readonly [string, Question])[] = SUBJECTS.flatMap((subject) =>
  RANGES.map((request, index) => {
    const policy = index % 2 === 0 ? 'exclude' : 'include';
    const question: Question = { subject, range: timeRange(request, NOW_MS), policy, filter: null };
    return [`${JSON.stringify(subject)} ${JSON.stringify(request)}, bots: ${policy}`, question] as const;
  }),
);

describe('Numbers out of DynamoDB are those of the clicks', () => {
  const memory = memoryClickCounts(clicks);
  const both = <T>(ask: (deps: { counts: ClickCounts; nowMs: () => number }) => Promise<T>) =>
    Promise.all([stored, memory].map((counts) => ask({ counts, nowMs: () => NOW_MS })));

  it.each(questions)('%s', async (_, question) => {
    const [summed, wanted] = await both((deps) => summary(deps, question, { compare: true }));
    expect(summed).toEqual(wanted);
    const filtered = { ...question, filter: { dimension: 'city', value: 'São Paulo' } } as const;
    const [points, wantedPoints] = await both((deps) => timeSeries(deps, filtered, 'day'));
    expect(points).toEqual(wantedPoints);
    const [values, wantedValues] = await both((deps) =>
      breakdown(deps, question, { by: 'city', limit: 2, after: null }),
    );
    expect(values).toEqual(wantedValues);
  });

  it('and there are some', async () => {
    const question = questions[1]?.[1];
    if (question === undefined) throw new Error('no question');
    const { totals, top } = await summary({ counts: stored, nowMs: () => NOW_MS }, question, { compare: false });
    expect(totals.clicks).toBeGreaterThan(10);
    expect(totals.unique_visitors).toBeGreaterThan(10);
    expect(top.city?.map(({ value }) => value).sort()).toEqual(['Berlin', 'São Paulo', 'Wien']);
  });
});
