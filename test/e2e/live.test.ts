import { randomUUID } from 'node:crypto';
import { decodePosition, encodePosition } from '../../core/clicks/live-position.ts';
import { type EventReader, readEvents } from '../fixtures/event-reader.ts';
import { joinWorkspace, signUp } from './people.ts';
import { refusal } from './problem.ts';
import { eventually, type Product, startProduct } from './product.ts';

/** Live events as a customer gets them: through the door, the edge, API Gateway, the function and the tables. */
let product: Product;
const open: EventReader[] = [];

beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterEach(() => {
  for (const reader of open.splice(0)) reader.close();
});
afterAll(() => product.close());

async function watch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
  const reader = await readEvents(`${product.app}${path}`, { authorization: `Bearer ${product.key}`, ...headers });
  open.push(reader);
  return reader;
}

async function newLink(): Promise<string> {
  const code = `live-${randomUUID().slice(0, 8)}`;
  const made = await product.api('/v1/urls', {
    body: { original_url: 'https://example.com/live', custom_alias: code, tags: ['spring'] },
  });
  expect(made.status).toBe(201);
  return code;
}

async function click(code: string): Promise<void> {
  expect((await product.visit(`/${code}`)).status).toBe(302);
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the reader names the shape it expects
const dataOf = <T = { short_code: string; id: string }>({ data }: { readonly data: string }): T =>
  JSON.parse(data) as T;

describe('live clicks', () => {
  test('a click is an event within two seconds, with what is known of it and not who it was', async () => {
    const code = await newLink();
    const reader = await watch('/v1/analytics/live');
    expect([reader.status, reader.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(reader.headers.get('x-request-id')).toBeTruthy();
    const ready = await reader.next();
    expect([ready.event, dataOf(ready)]).toEqual(['ready', { short_code: null, resumed: false, complete: true }]);
    const tookMs: number[] = [];
    let last = ready;
    for (let visit = 0; visit < 5; visit += 1) {
      const began = Date.now();
      await click(code);
      last = await reader.next();
      tookMs.push(Date.now() - began);
    }
    expect(Math.max(...tookMs)).toBeLessThan(2_000);
    expect(last.event).toBe('click');
    expect(dataOf(last)).toMatchObject({
      short_code: code,
      tags: ['spring'],
      source: 'click',
      browser: 'Chrome',
      bot: false,
      clicked_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(last.data).not.toMatch(/visitor|127\.0\.0\.1|workspace|user_agent/);
  });

  test('of one link only that link’s clicks come', async () => {
    const [mine, other] = [await newLink(), await newLink()];
    const reader = await watch(`/v1/urls/${mine}/clicks/live`);
    expect(dataOf(await reader.next())).toEqual({ short_code: mine, resumed: false, complete: true });
    for (const code of [other, mine, other, mine]) await click(code);
    expect([dataOf(await reader.next()).short_code, dataOf(await reader.next()).short_code]).toEqual([mine, mine]);
  });

  test('whoever is cut off and comes back has neither a gap nor an event twice', async () => {
    const code = await newLink();
    const whole = await watch('/v1/analytics/live');
    await whole.next();
    const ids: string[] = [];
    let lastEventId = '';
    for (let round = 0; round < 4; round += 1) {
      const reader = await watch('/v1/analytics/live', lastEventId === '' ? {} : { 'last-event-id': lastEventId });
      const ready = dataOf<object>(await reader.next());
      expect(ready).toEqual({ short_code: null, resumed: round > 0, complete: true });
      await Promise.all(Array.from({ length: 5 }, () => click(code)));
      // Gone in the middle of them; what was read is known by the id of the last.
      for (let read = 0; read < 3; read += 1) {
        const event = await reader.next();
        ids.push(dataOf(event).id);
        lastEventId = event.id;
      }
      reader.close();
      await click(code);
    }
    const rest = await watch('/v1/analytics/live', { 'last-event-id': lastEventId });
    await rest.next();
    while (ids.length < 24) ids.push(dataOf(await rest.next()).id);
    await expect(rest.next(700)).rejects.toThrow('No event');
    const all: string[] = [];
    while (all.length < 24) all.push(dataOf(await whole.next()).id);
    expect(ids).toEqual(all);
    expect(new Set(ids).size).toBe(24);
  });

  test('a function that dies breaks the stream off, and the next one goes on where it was', async () => {
    const code = await newLink();
    const reader = await watch('/v1/analytics/live');
    await reader.next();
    await click(code);
    const first = dataOf(await reader.next()).id;
    const live = product.laptop.plan.functions.find(({ name }) => name.startsWith('LiveFunction'));
    await product.laptop.host.kill(live?.name ?? '');
    await reader.ended;
    await click(code);
    const again = await watch('/v1/analytics/live', { 'last-event-id': reader.lastEventId() });
    expect(dataOf<object>(await again.next())).toMatchObject({ resumed: true, complete: true });
    const second = dataOf(await again.next()).id;
    expect(second).not.toBe(first);
    await expect(again.next(700)).rejects.toThrow('No event');
  });

  test('who comes back to a watch that ended in between is told that something may be missing', async () => {
    const reader = await watch('/v1/analytics/live');
    const position = decodePosition((await reader.next()).id);
    if (position === null) throw new Error('ready has an id');
    const old = encodePosition({ ...position, watchedSinceMs: position.watchedSinceMs - 1 });
    const again = await watch('/v1/analytics/live', { 'last-event-id': old });
    expect(dataOf<object>(await again.next())).toMatchObject({ resumed: true, complete: false });
  });

  test('a stream where nothing happens has a heartbeat every ten seconds, which moves the last id on', async () => {
    const [quiet, busy] = [await newLink(), await newLink()];
    const reader = await watch(`/v1/urls/${quiet}/clicks/live`);
    const { id } = await reader.next();
    await click(busy);
    await eventually(
      async () => reader.comments.length,
      (comments) => comments > 0,
      12_000,
    );
    expect(reader.comments[0]).toBe('heartbeat');
    expect(reader.lastEventId()).not.toBe(id);
  }, 20_000);

  test('refuses as every route does, with a problem document, before anything is streamed', async () => {
    const code = await newLink();
    const narrow = await product.keyWith(['urls:read']);
    expect(refusal(await product.api('/v1/analytics/live', { key: null }))).toEqual([401, 'UNAUTHENTICATED']);
    expect(refusal(await product.api('/v1/analytics/live', { key: narrow }))).toEqual([403, 'FORBIDDEN']);
    expect(refusal(await product.api('/v1/urls/nothing/clicks/live'))).toEqual([404, 'URL_NOT_FOUND']);
    expect(refusal(await product.api(`/v1/urls/${code}/clicks/live`, { key: product.freeKey }))).toEqual([
      404,
      'URL_NOT_FOUND',
    ]);
    const wrongId = await product.api('/v1/analytics/live', { headers: { 'last-event-id': 'yesterday' } });
    expect(refusal(wrongId)).toEqual([400, 'VALIDATION_FAILED']);
    expect(wrongId.headers.get('content-type')).toBe('application/problem+json');
  });

  test('whoever loses the right to watch sees the stream end within two seconds', async () => {
    const [owner, guest] = await Promise.all([signUp(product, 'Owner'), signUp(product, 'Guest')]);
    const made = await owner.api('/v1/workspaces', { body: { name: 'Watched' } });
    const { id: workspaceId } = made.json<{ id: string }>();
    await joinWorkspace(product, owner, workspaceId, guest, 'viewer');
    const reader = await watch('/v1/analytics/live', {
      authorization: `Bearer ${guest.token}`,
      'x-signpost-workspace': workspaceId,
    });
    await reader.next();
    const removed = await owner.api(`/v1/workspaces/${workspaceId}/members/${guest.id}`, { method: 'DELETE' });
    expect(removed.status).toBe(204);
    const began = Date.now();
    await reader.ended;
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(reader.retryMs()).toBe(5_000);
  });
});
