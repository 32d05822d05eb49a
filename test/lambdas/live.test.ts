import { randomBytes } from 'node:crypto';
import { PassThrough, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { rateLimitStore } from '../../adapters/limits.ts';
import { hashApiKey, newApiKey } from '../../core/accounts/api-key.ts';
import { fileLive } from '../../core/clicks/file-live.ts';
import { MAX_WATCHERS } from '../../core/clicks/live-watch.ts';
import type { Click } from '../../core/clicks/row.ts';
import { eventStream } from '../../lambdas/event-stream.ts';
import { type LiveDeps, openLive } from '../../lambdas/live/handler.ts';
import { eventSink } from '../../lambdas/server-sent-events.ts';
import type { StreamHead } from '../../lambdas/streamed-answer.ts';
import { anApiKey, aUser, aWorkspace } from '../fixtures/accounts.ts';
import { aClick } from '../fixtures/clicks.ts';
import { appEvent } from '../fixtures/events.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memoryCredentialStore } from '../fixtures/memory-credential-store.ts';
import { memoryLinkStore } from '../fixtures/memory-link-store.ts';
import { memoryLive } from '../fixtures/memory-live.ts';
import { memoryWindowCounter } from '../fixtures/memory-window-counter.ts';
import { quietLogger } from '../fixtures/quiet-logger.ts';

const KEY = newApiKey(randomBytes);

/** λ live on a clock that moves when it sleeps. `onSleep` happens while it does. */
function newLive({
  lifeMs = 60_000,
  onSleep = async () => undefined,
}: {
  readonly lifeMs?: number;
  readonly onSleep?: () => Promise<unknown>;
} = {}) {
  let nowMs = NOW_MS;
  const clock = (): number => nowMs;
  const live = memoryLive();
  const { store, keys, people, workspaces } = memoryCredentialStore();
  keys.set(hashApiKey(KEY), anApiKey({ scopes: ['analytics:read'] }));
  people.set('usr_1', aUser());
  workspaces.set('ws_1', aWorkspace());
  let watchers = 0;
  const deps: LiveDeps = {
    ...live,
    links: memoryLinkStore(),
    rateLimits: rateLimitStore(memoryWindowCounter()),
    domain: 'default',
    authenticate: {
      store,
      accessTokens: { issuer: 'none', findKey: async () => null, nowMs: clock },
      nowMs: clock,
    },
    newWatcherId: () => `w${(watchers += 1)}`,
    nowMs: clock,
    async sleep(delayMs) {
      nowMs += delayMs;
      await onSleep();
      await turn();
    },
  };
  const { logger, lines } = quietLogger();
  const heads: StreamHead[] = [];
  const withHead = (stream: Writable, head: StreamHead): Writable => {
    heads.push(head);
    return stream;
  };
  const handle = eventStream(logger, openLive(deps), withHead);
  const endMs = NOW_MS + lifeMs;
  return {
    ...live,
    deps,
    heads,
    lines,
    keys,
    clock,
    pass: (ms: number) => {
      nowMs += ms;
    },
    file: (...counted: Click[]) =>
      fileLive({ ...live, nowMs: clock, random: Math.random, sleep: async () => undefined }).file({
        startedAtMs: nowMs,
        counted,
        known: [],
      }),
    async watch(
      headers: Readonly<Record<string, string>> = {},
      stream = new PassThrough(),
      query?: Readonly<Record<string, string>>,
    ): Promise<string> {
      const event = appEvent('GET', '/v1/analytics/live', {
        ...(query && { query }),
        headers: { Authorization: `Bearer ${KEY}`, ...headers },
      });
      const said = text(stream).catch(() => 'broken off');
      await handle(event, stream, { getRemainingTimeInMillis: () => endMs - nowMs });
      return said;
    },
  };
}

const eventsIn = (said: string): readonly string[] =>
  Array.from(said.matchAll(/^event: (\w+)/gm), ([, name]) => name ?? '');

describe('λ live', () => {
  it('refuses a query, which would be passed over', async () => {
    const live = newLive();
    expect(JSON.parse(await live.watch({}, new PassThrough(), { short_code: 'spring' }))).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path: 'short_code', code: 'unknown_member' }],
    });
    expect(live.heads.map(({ statusCode }) => statusCode)).toEqual([400]);
    expect((await live.watches.read('ws_1'))?.watchers ?? {}).toEqual({});
  });

  it('ends ten seconds before it would be cut off, says when to come back, and leaves its place', async () => {
    const live = newLive();
    const said = await live.watch();
    expect(said).toMatch(/^event: ready\nid: \d+-0-0\ndata: .*\n\n/);
    expect(said.match(/^: heartbeat\nid: \d+-0-0\n\n/gm)).toHaveLength(4);
    expect(said.endsWith('retry: 250\n\n')).toBe(true);
    expect(live.clock() - NOW_MS).toBeGreaterThan(49_000);
    expect(live.clock() - NOW_MS).toBeLessThan(51_000);
    const watch = await live.watches.read('ws_1');
    expect(watch?.watchers).toEqual({});
    // Clicks go on being filed for whoever comes back.
    expect(watch?.untilMs).toBeGreaterThan(live.clock());
  });

  it('goes on behind the event that a stream broke off at', async () => {
    const clicks = ['A', 'B', 'C'].map((letter) => aClick({ id: `01M7Z2MGW8${letter.repeat(16)}` }));
    let sent = false;
    const live = newLive({
      onSleep: async () => {
        if (!sent) await live.file(...clicks);
        sent = true;
      },
    });
    const first = await live.watch();
    expect(eventsIn(first)).toEqual(['ready', 'click', 'click', 'click']);
    const [, second = ''] = Array.from(first.matchAll(/^event: click\nid: (\S+)/gm), ([, id]) => id);
    live.pass(-50_000);
    const again = await live.watch({ 'Last-Event-ID': second });
    expect(again).toContain('"resumed":true,"complete":true');
    expect(eventsIn(again)).toEqual(['ready', 'click']);
    expect(again).toContain('CCCC');
  });

  it('says that something may be missing where nobody watched for more than a minute', async () => {
    const live = newLive();
    const [, id = ''] = /^id: (\S+)/m.exec(await live.watch()) ?? [];
    live.pass(-50_000);
    expect(await live.watch({ 'Last-Event-ID': id })).toContain('"resumed":true,"complete":true');
    live.pass(61_000);
    expect(await live.watch({ 'Last-Event-ID': id })).toContain('"resumed":true,"complete":false');
  });

  it('ends where the key was revoked, and the client may take its time', async () => {
    const live = newLive({
      onSleep: async () => {
        if (live.clock() > NOW_MS + 3_000) live.keys.clear();
      },
    });
    const said = await live.watch();
    expect(said.endsWith('retry: 5000\n\n')).toBe(true);
    expect(live.clock()).toBeGreaterThan(NOW_MS + 3_000);
    expect(live.clock()).toBeLessThan(NOW_MS + 5_000);
  });

  it('ends with a later retry where a dependency fails, and tells the log', async () => {
    const live = newLive({
      onSleep: async () => {
        throw new Error('table away');
      },
    });
    expect((await live.watch()).endsWith('retry: 3000\n\n')).toBe(true);
    expect(live.lines).toHaveLength(1);
  });

  it('stops when the reader leaves', async () => {
    const stream = new PassThrough();
    const live = newLive({ onSleep: async () => void stream.destroy() });
    await live.watch({}, stream);
    expect(live.clock()).toBe(NOW_MS + 300);
  });

  it('opens as many streams of a workspace as it says, and refuses the next', async () => {
    const live = newLive();
    const watchers = Object.fromEntries(Array.from({ length: MAX_WATCHERS }, (_, at) => [`old${at}`, NOW_MS + 1_000]));
    await live.watches.replace('ws_1', { sinceMs: NOW_MS, untilMs: NOW_MS + 60_000, watchers, version: 1 });
    const refused = JSON.parse(await live.watch()) as Record<string, unknown>;
    expect(refused).toMatchObject({ status: 409, error: 'LIMIT_REACHED', limit: MAX_WATCHERS });
    expect(live.heads).toMatchObject([{ statusCode: 409, headers: { 'content-type': 'application/problem+json' } }]);
    live.pass(1_000);
    expect(await live.watch()).toContain('event: ready');
  });

  it('refuses an id that no event had', async () => {
    const live = newLive();
    expect(await live.watch({ 'Last-Event-ID': '1-2-3; drop' })).toContain('"path":"Last-Event-ID"');
    expect(await live.watches.read('ws_1')).toBeNull();
  });
});

describe('A sink of events', () => {
  it('waits for a slow reader, and not for one who left', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const sink = eventSink(stream);
    let wasSent = false;
    const sending = sink.send({ event: 'click', id: '1', data: 'x'.repeat(100) }).then(() => {
      wasSent = true;
    });
    await turn();
    expect(wasSent).toBe(false);
    stream.read();
    await sending;
    const stuck = sink.send({ event: 'click', id: '2', data: 'x'.repeat(100) });
    stream.destroy(new Error('cut off'));
    await stuck;
    expect(sink.isGone()).toBe(true);
    await sink.end(1);
  });

  it('keeps line breaks of data inside their line', async () => {
    const stream = new PassThrough();
    const sink = eventSink(stream);
    await sink.send({ event: 'click', id: '1', data: { city: 'A\nid: 9\n\nevent: forged' } });
    await sink.end(1);
    expect((await text(stream)).split('\n\n')).toHaveLength(3);
  });
});
