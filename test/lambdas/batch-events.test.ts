import { randomBytes } from 'node:crypto';
import { PassThrough, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { rateLimitStore } from '../../adapters/limits.ts';
import { hashApiKey, newApiKey } from '../../core/accounts/api-key.ts';
import type { Batch } from '../../core/batches/batch.ts';
import { BATCH_KEPT_DAYS } from '../../core/batches/batch.ts';
import { openBatchEvents } from '../../lambdas/batch-events/handler.ts';
import { eventStream } from '../../lambdas/event-stream.ts';
import type { StreamHead } from '../../lambdas/streamed-answer.ts';
import { anApiKey, aUser, aWorkspace } from '../fixtures/accounts.ts';
import { aBatch } from '../fixtures/batches.ts';
import { appEvent } from '../fixtures/events.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memoryCredentialStore } from '../fixtures/memory-credential-store.ts';
import { memoryWindowCounter } from '../fixtures/memory-window-counter.ts';
import { quietLogger } from '../fixtures/quiet-logger.ts';

const KEY = newApiKey(randomBytes);
const PATH = '/v1/qr/batches/{batch_id}/events';

const same = async (batch: Batch): Promise<Batch> => batch;

/** λ batch-events on a clock that moves when it sleeps; `batchAt` is the batch after so many milliseconds. */
function newEvents(batchAt: (elapsedMs: number) => Batch | null, lifeMs = 60_000, settled = same) {
  let nowMs = NOW_MS;
  const clock = (): number => nowMs;
  const { store, keys, people, workspaces } = memoryCredentialStore();
  keys.set(hashApiKey(KEY), anApiKey({ scopes: ['qr:read'] }));
  people.set('usr_1', aUser());
  workspaces.set('ws_1', aWorkspace());
  const heads: StreamHead[] = [];
  const handle = eventStream(
    quietLogger().logger,
    openBatchEvents({
      batches: {
        find: async (workspaceId, id) => {
          const batch = batchAt(nowMs - NOW_MS);
          return batch?.workspaceId === workspaceId && batch.id === id ? batch : null;
        },
      },
      settled,
      authenticate: { store, accessTokens: { issuer: 'none', findKey: async () => null, nowMs: clock }, nowMs: clock },
      rateLimits: rateLimitStore(memoryWindowCounter()),
      nowMs: clock,
      async sleep(delayMs) {
        nowMs += delayMs;
        await turn();
      },
    }),
    (stream: Writable, head) => {
      heads.push(head);
      return stream;
    },
  );
  return {
    heads,
    keys,
    clock,
    async watch(headers: Readonly<Record<string, string>> = {}, params = { batch_id: 'bat_01' }): Promise<string> {
      const stream = new PassThrough();
      const event = appEvent('GET', PATH, {
        params,
        headers: { Authorization: `Bearer ${KEY}`, ...headers },
      });
      const said = text(stream);
      await handle(event, stream, { getRemainingTimeInMillis: () => NOW_MS + lifeMs - nowMs });
      return said;
    },
  };
}

const making = (done: number): Batch =>
  aBatch({
    state: { status: 'running', phase: 'making', startedAtMs: NOW_MS },
    progress: { total: 100, done, failed: 0 },
  });
const ended = aBatch({
  state: { status: 'succeeded', startedAtMs: NOW_MS, endedAtMs: NOW_MS, bytes: 1 },
  progress: { total: 100, done: 100, failed: 0 },
});
const idsIn = (said: string): readonly string[] => Array.from(said.matchAll(/^id: (\S+)/gm), ([, id]) => id ?? '');

describe('λ batch-events', () => {
  it('tells how far the batch is twice a second, when it will be done, and that it is', async () => {
    const events = newEvents((elapsedMs) => (elapsedMs >= 2_000 ? ended : making(elapsedMs / 50)));
    const said = await events.watch();
    expect(said.match(/^event: progress/gm)).toHaveLength(4);
    expect(said).toContain(
      'id: 1-2-20\ndata: {"status":"running","total":100,"done":20,"failed":0,"eta_seconds":4}\n\n',
    );
    expect(idsIn(said)).toEqual(['1-2-0', '1-2-10', '1-2-20', '1-2-30', '1-4-100']);
    expect(said).toMatch(/event: done\nid: 1-4-100\ndata: \{"status":"succeeded".*\}\n\nretry: 3600000\n\n$/);
  });

  it('ends ten seconds before it would be cut off, with a heartbeat every ten, and goes on where it ended', async () => {
    const events = newEvents(() => making(7), 60_000);
    const said = await events.watch();
    expect(events.clock() - NOW_MS).toBe(50_000);
    expect(said.match(/^: heartbeat\nid: 1-2-7\n\n/gm)).toHaveLength(4);
    expect(said.endsWith('retry: 250\n\n')).toBe(true);
    const again = newEvents(() => ended);
    expect(await again.watch({ 'Last-Event-ID': '1-2-7' })).toMatch(/^event: done\nid: 1-4-100\n/);
  });

  it('ends with the truth where the run died that does not move any more, and asks nobody while it moves', async () => {
    const asked: number[] = [];
    const failed = aBatch({ state: { status: 'failed', endedAtMs: NOW_MS, failure: 'internal' } });
    const events = newEvents(
      (elapsedMs) => making(Math.min(elapsedMs, 7_000) / 500),
      60_000,
      async (batch) => {
        asked.push(events.clock() - NOW_MS);
        return asked.length === 2 ? failed : batch;
      },
    );
    expect(await events.watch()).toMatch(
      /event: done\nid: 1-4-0\ndata: \{"status":"failed".*\}\n\nretry: 3600000\n\n$/,
    );
    expect(asked).toEqual([12_000, 17_000]);
  });

  it('tells a retry as later than the run before', async () => {
    const events = newEvents((elapsedMs) => (elapsedMs >= 500 ? ended : { ...making(90), run: 2 }));
    const said = await events.watch();
    expect(idsIn(said)[0]).toBe('2-2-90');
    expect(said).toContain('"eta_seconds":null');
  });

  it('ends within two seconds when its reader may not read any more', async () => {
    const events = newEvents((elapsedMs) => {
      if (elapsedMs === 5_000) events.keys.clear();
      return making(1);
    });
    expect(await events.watch()).toMatch(/retry: 5000\n\n$/);
    expect(events.clock() - NOW_MS).toBeLessThanOrEqual(7_000);
  });

  it('ends when the batch is gone', async () => {
    const events = newEvents((elapsedMs) => (elapsedMs >= 1_000 ? null : making(1)));
    expect(await events.watch()).toMatch(/retry: 5000\n\n$/);
    expect(events.clock() - NOW_MS).toBe(1_000);
  });

  it.each<[string, Batch | null, Record<string, string>, number, string]>([
    ['there is none', null, {}, 404, 'BATCH_NOT_FOUND'],
    ['it is of another workspace', aBatch({ workspaceId: 'ws_2' }), {}, 404, 'BATCH_NOT_FOUND'],
    ['it has expired', aBatch({ createdAtMs: NOW_MS - BATCH_KEPT_DAYS * 86_400_000 }), {}, 404, 'BATCH_NOT_FOUND'],
    ['the last id is of no stream of ours', making(1), { 'Last-Event-ID': '1795-0' }, 400, 'VALIDATION_FAILED'],
  ])('refuses with a document where %s', async (_, batch, headers, status, word) => {
    const events = newEvents(() => batch);
    expect(JSON.parse(await events.watch(headers))).toMatchObject({ error: word });
    expect(events.heads).toMatchObject([{ statusCode: status }]);
  });

  it('asks for the batch where a query names none', async () => {
    const refused: unknown = JSON.parse(await newEvents(() => making(1)).watch({}, { batch_id: '' }));
    expect(refused).toMatchObject({ status: 400, errors: [{ path: 'batch_id', code: 'required' }] });
  });
});
