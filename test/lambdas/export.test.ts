import { PassThrough, Readable, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { rateLimitStore } from '../../adapters/limits.ts';
import { EXPORT_COLUMNS } from '../../core/lake/clicks-export.ts';
import type { QueryFailure } from '../../core/lake/lake-queries.ts';
import type { QueryStream, StreamedAnswer, TextRow } from '../../core/lake/query-stream.ts';
import type { Sql } from '../../core/lake/sql.ts';
import { openExport } from '../../lambdas/export/handler.ts';
import { exportedClick } from '../../lambdas/export/schemas.ts';
import { type StreamHead, streamedAnswer } from '../../lambdas/streamed-answer.ts';
import { appEvent } from '../fixtures/events.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import { aLink, NOW_MS } from '../fixtures/links.ts';
import { memoryLinkStore } from '../fixtures/memory-link-store.ts';
import { memoryWindowCounter } from '../fixtures/memory-window-counter.ts';
import { quietLogger } from '../fixtures/quiet-logger.ts';

type State = Awaited<ReturnType<QueryStream['settled']>>;
const RUNNING: State = { kind: 'running' };
const failure = (kind: QueryFailure['kind']): State => ({ kind, reason: 'Athena said so.' });

const VALUES: Readonly<Record<string, string>> = {
  id: '01M7Z2MGXDV62W2QWNP5KZRGDJ',
  short_code: 'spring',
  tags: '["a, b","=c"]',
  clicked_at: '2026-11-21 10:00:00.5',
  source: 'click',
  country: 'DE',
  city: 'München',
  device: 'mobile',
  utm_campaign: '=HYPERLINK("http://evil","x")',
  bot: 'true',
  bot_class: 'crawler',
};
const ROW: TextRow = EXPORT_COLUMNS.map(({ name }) => VALUES[name] ?? '');

const answered = (rows: Iterable<TextRow> | AsyncIterable<TextRow>, sizeBytes = 1_000): StreamedAnswer => ({
  kind: 'answered',
  sizeBytes,
  rows: Readable.from(rows),
});

/** λ export on a lake that says these states, one after the other; each wait takes as long as it may. */
function newExport(states: readonly State[]) {
  let nowMs = NOW_MS;
  const asked: Sql[] = [];
  const said: State[] = [...states];
  let stopped = 0;
  const query: QueryStream = {
    async settled(waitMs, signal) {
      signal.throwIfAborted();
      const state = said.shift() ?? RUNNING;
      if (state.kind === 'running') nowMs += waitMs;
      await new Promise(setImmediate);
      signal.throwIfAborted();
      return state;
    },
    async stop() {
      stopped += 1;
    },
  };
  const links = memoryLinkStore();
  links.add(aLink({ code: 'spring' }), aLink({ code: 'foreign', workspaceId: 'ws_2' }));
  const { logger, lines } = quietLogger();
  const heads: StreamHead[] = [];
  const handle = streamedAnswer(
    logger,
    openExport({
      queries: {
        async start(sql) {
          asked.push(sql);
          return query;
        },
      },
      links,
      rateLimits: rateLimitStore(memoryWindowCounter()),
      domain: 'default',
      nowMs: () => nowMs,
    }),
    (stream: Writable, head: StreamHead): Writable => {
      heads.push(head);
      return stream;
    },
  );
  return {
    asked,
    lines,
    heads,
    isStopped: () => stopped > 0,
    tookMs: () => nowMs - NOW_MS,
    async get(
      query_: Record<string, string> = {},
      { stream = new PassThrough(), identity = keyIdentity(), isRead = true } = {},
    ) {
      const event = appEvent('GET', '/v1/clicks/export', { query: query_, identity });
      const body = isRead ? buffer(stream).then(String, () => 'cut off') : 'unread';
      const outcome = await handle(event, stream, { getRemainingTimeInMillis: () => 900_000 }).then(
        () => 'ended',
        () => 'failed',
      );
      return { outcome, status: heads[0]?.statusCode, headers: heads[0]?.headers ?? {}, body: await body };
    },
  };
}

const problemOf = (body: string): { error: string; errors?: readonly { path: string; code: string }[] } =>
  JSON.parse(body) as { error: string };

describe('An export', () => {
  it('as CSV has a line of names and a line for each click, for spreadsheets', async () => {
    const { outcome, status, headers, body } = await newExport([answered([ROW, ROW])]).get({ interval: '24h' });
    expect([outcome, status]).toEqual(['ended', 200]);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="clicks-2026-11-20-2026-11-21.csv"',
      'x-request-id': 'req-1',
      ratelimit: expect.stringContaining('creates') as string,
    });
    expect(body.startsWith('\uFEFF"id","short_code","tags","clicked_at"')).toBe(true);
    const [first, second] = parse<Record<string, string>>(body, { columns: true, bom: true });
    expect(second).toEqual(first);
    expect(first).toMatchObject({
      ...VALUES,
      clicked_at: '2026-11-21T10:00:00.500Z',
      utm_campaign: `'${VALUES['utm_campaign']}`,
    });
  });

  it('as JSON lines has the documented shape, every value as it is', async () => {
    const { headers, body } = await newExport([answered([ROW, ROW])]).get({ format: 'jsonl' });
    expect(headers['content-type']).toBe('application/jsonl; charset=utf-8');
    const lines = body.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const click: unknown = JSON.parse(line);
      expect(exportedClick.safeParse(click).error).toBeUndefined();
      expect(click).toMatchObject({
        ...VALUES,
        clicked_at: '2026-11-21T10:00:00.500Z',
        tags: ['a, b', '=c'],
        bot: true,
      });
    }
  });

  it.each([
    ['csv', /^\uFEFF("[a-z_]+",?){20,}\r\n$/],
    ['jsonl', /^$/],
  ])('of no clicks is a whole %s', async (format, expected) => {
    const { outcome, body } = await newExport([answered([])]).get({ format });
    expect([outcome, body]).toEqual(['ended', expect.stringMatching(expected)]);
  });

  it.each(['csv', 'jsonl'])(
    'breaks the silence of a slow query without a byte that means anything: %s',
    async (format) => {
      const quick = await newExport([answered([ROW])]).get({ format });
      const slow = newExport([RUNNING, RUNNING, RUNNING, RUNNING, answered([ROW])]);
      const pieces: string[] = [];
      const stream = new PassThrough();
      stream.on('data', (piece: Buffer) => pieces.push(piece.toString()));
      const { outcome, body } = await slow.get({ format }, { stream });
      expect(slow.tookMs()).toBe(45_000);
      expect(pieces.length).toBeGreaterThan(4);
      expect([outcome, body.trimStart()]).toEqual(['ended', quick.body.trimStart()]);
      if (format === 'csv') expect(body).toBe(quick.body);
      else expect(JSON.parse(body)).toEqual(JSON.parse(quick.body));
    },
  );

  it.each([
    ['that failed', [failure('failed')], 500, 'INTERNAL'],
    ['that read more than the workgroup allows', [failure('cancelled')], 422, 'EXPORT_TOO_LARGE'],
    ['with more rows than can be streamed', [answered([ROW], 190_000_001)], 422, 'EXPORT_TOO_LARGE'],
  ] as const)('of a query %s is refused in words, before anything is sent', async (_what, states, status, error) => {
    const world = newExport(states);
    const answer = await world.get();
    expect([answer.status, problemOf(answer.body).error]).toEqual([status, error]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(world.isStopped()).toBe(true);
  });

  it.each([
    ['whose query fails late', [RUNNING, failure('failed')]],
    ['whose query never ends', []],
    ['that is too large after all', [RUNNING, answered([ROW], 190_000_001)]],
    ['whose rows break off', [answered(brokenOff())]],
  ])('%s is cut off, and never ends as if it were whole', async (_what, states) => {
    const world = newExport(states);
    const { outcome, status, body } = await world.get();
    expect([status, outcome, body]).toEqual([200, 'failed', 'cut off']);
    expect(world.isStopped()).toBe(true);
    expect(world.lines.length).toBeGreaterThan(0);
  });

  it('stops the query of a reader who leaves, and calls that no failure', async () => {
    const world = newExport([]);
    const stream = new PassThrough();
    setImmediate(() => stream.destroy());
    const { outcome } = await world.get({}, { stream });
    expect([outcome, world.isStopped()]).toEqual(['ended', true]);
    expect(world.lines).toEqual([]);
  });

  it('reads no more rows than its reader takes', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<TextRow> {
      for (;;) {
        read += 1;
        yield ROW;
      }
    }
    const stream = new PassThrough();
    const world = newExport([answered(endless())]);
    const answer = world.get({}, { stream, isRead: false });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(read).toBeLessThan(2_000);
    stream.destroy();
    expect((await answer).outcome).toBe('ended');
  });

  it.each([
    [{ interval: '90d' }, 'start', 'too_long'],
    [{ start: '2026-10-01', end: '2026-11-01' }, 'start', 'too_long'],
    [{ format: 'xlsx' }, 'format', 'invalid_value'],
    [{ contry: 'DE' }, 'contry', 'unknown_member'],
    [{ answered_by: 'counters' }, 'answered_by', 'unknown_member'],
    [{ tag: 'a\0b' }, 'tag', 'invalid_format'],
  ])('refuses %j', async (query, path, code) => {
    const world = newExport([]);
    const { status, body } = await world.get(query);
    expect([status, problemOf(body).errors?.[0]]).toMatchObject([400, { path, code }]);
    expect(world.asked).toEqual([]);
  });

  it('is of the workspace only, and asks for what was asked for', async () => {
    for (const short_code of ['foreign', 'nothing']) {
      const { status, body } = await newExport([]).get({ short_code });
      expect([status, problemOf(body).error]).toEqual([404, 'URL_NOT_FOUND']);
    }
    const writer = keyIdentity({ scopes: ['urls:write'] });
    expect((await newExport([]).get({}, { identity: writer })).status).toBe(403);
    const world = newExport([answered([])]);
    const query = {
      start: '2026-11-01',
      end: '2026-11-02',
      short_code: 'spring',
      tag: "it's",
      os: 'iOS',
      country: 'DE',
    };
    await world.get(query);
    const sql = world.asked[0]?.text ?? '';
    for (const part of [
      "workspace_id = 'ws_1'",
      "code = 'spring'",
      "'it''s'",
      "os = 'iOS'",
      "country = 'DE'",
      'NOT bot',
    ])
      expect(sql).toContain(part);
    expect(sql).toContain("clicked_at < TIMESTAMP '2026-11-03 00:00:00.000'");
    const withBots = newExport([answered([])]);
    await withBots.get({ bots: 'include' });
    expect(withBots.asked[0]?.text).not.toContain('NOT bot');
  });
});

async function* brokenOff(): AsyncGenerator<TextRow> {
  yield ROW;
  throw new Error('The file broke off.');
}
