import { EVENT_LIFETIME_MS } from '../../core/events/event.ts';
import { EVENT_TYPES } from '../../core/events/event-kinds.ts';
import { eventAnswer, eventsAnswer } from '../../lambdas/track/schemas.ts';
import { keyIdentity } from '../fixtures/identities.ts';
import { aLink, NOW_MS } from '../fixtures/links.ts';
import { parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';
import { startTables, type TestTables } from '../fixtures/tables.ts';
import { trackApi } from '../fixtures/track-api.ts';

let tables: TestTables;
let workspaces = 0;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());

const HOUR_MS = 3_600_000;
const instant = (ms: number): string => new Date(ms).toISOString();

/** A workspace of its own for each test; the links are of `ws_1`, which some tests share by ids of their own. */
function world(workspaceId = `ws_track${(workspaces += 1)}`) {
  const api = trackApi(tables);
  api.links.add(aLink({ code: 'mine', workspaceId }));
  const identity = keyIdentity({ workspaceId, plan: 'unlimited' });
  return {
    ...api,
    workspaceId,
    track: (body: unknown, parts: Parameters<typeof api.track>[1] = {}) => api.track(body, { identity, ...parts }),
    read: (query: Record<string, string> = {}) => api.read(query, { identity }),
  };
}

const PURCHASE = { type: 'purchase', properties: { amount: 1_999, currency: 'EUR', order_id: 'o-1' } };

const GOOD = [
  { type: 'page_view', properties: { path: '/pricing', title: 'Pricing' } },
  { type: 'sign_up' },
  { type: 'sign_up', properties: { method: 'email', plan: 'pro' } },
  { type: 'lead', properties: { form: 'contact' } },
  PURCHASE,
  {
    type: 'custom',
    properties: { name: 'trial_started', values: { seats: 3, far: 1e200, yearly: true, coupon: 'SPRING' } },
  },
];

describe('Tracking', () => {
  it.each(GOOD)('takes %j and answers the documented shape', async (event) => {
    const { track } = world();
    const answer = await track({ event_id: 'e-1', short_code: 'mine', ...event });
    expect(answer).toMatchObject({
      statusCode: 201,
      headers: { 'ratelimit-policy': expect.stringMatching(/^"events";q=\d+;w=60$/) },
    });
    expect(eventAnswer.safeParse(parsed(answer)).error).toBeUndefined();
    expect(parsed(answer)).toEqual({
      event_id: 'e-1',
      short_code: 'mine',
      properties: {},
      occurred_at: instant(NOW_MS),
      recorded_at: instant(NOW_MS),
      ...event,
    });
  });

  it('answers a repeat with the same bytes and counts it once, whenever and in whatever order it is told', async () => {
    const { track, read, clock, links } = world();
    const first = await track({ event_id: 'e-1', short_code: 'mine', ...PURCHASE });
    clock.nowMs += 26 * HOUR_MS;
    links.add(aLink({ code: 'mine', status: 'deleted' }));
    const again = await track({
      properties: { order_id: 'o-1', currency: 'EUR', amount: 1_999 },
      short_code: 'mine',
      type: 'purchase',
      event_id: 'e-1',
    });
    expect([again.statusCode, again.body]).toEqual([201, first.body]);
    expect(parsed(await read())['data']).toMatchObject([{ type: 'purchase', events: 1 }]);
  });

  it('counts an event once however many tell it at once, and all that are different', async () => {
    const { track, read } = world();
    const told = Array.from({ length: 20 }, () => ['same', 'a', 'b', 'c']).flat();
    const answers = await Promise.all(told.map((event_id) => track({ event_id, short_code: 'mine', ...PURCHASE })));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    const revenue = [{ currency: 'EUR', purchases: 4, amount: 4 * 1_999 }];
    for (const query of [{}, { short_code: 'mine' }] as readonly Record<string, string>[]) {
      expect(parsed(await read(query))['data']).toEqual([
        { type: 'purchase', name: null, events: 4, revenue, days: [{ day: '2026-11-21', events: 4, revenue }] },
      ]);
    }
  });

  it.each([
    ['other properties', { properties: { amount: 2_000, currency: 'EUR', order_id: 'o-1' } }],
    ['another type', { type: 'lead', properties: {} }],
    ['another link', { short_code: 'mine' }],
    ['another time', { occurred_at: instant(NOW_MS - HOUR_MS) }],
  ])('refuses an id that was used for an event with %s', async (_what, other) => {
    const { track, read } = world();
    await track({ event_id: 'e-1', ...PURCHASE });
    const refused = await track({ event_id: 'e-1', ...PURCHASE, ...other });
    expect(problemIn(refused)).toMatchObject({ status: 422, error: 'IDEMPOTENCY_MISMATCH' });
    expect(parsed(await read())['data']).toMatchObject([{ events: 1 }]);
  });

  it('knows an id of one workspace in no other, and none any more after 90 days', async () => {
    const [one, other] = [world(), world()];
    await one.track({ event_id: 'e-1', ...PURCHASE });
    expect((await other.track({ event_id: 'e-1', type: 'sign_up' })).statusCode).toBe(201);
    one.clock.nowMs += EVENT_LIFETIME_MS;
    expect((await one.track({ event_id: 'e-1', type: 'sign_up' })).statusCode).toBe(201);
  });

  it('counts an event on the day it happened', async () => {
    const { track, read } = world();
    await track({ event_id: 'a', type: 'sign_up', occurred_at: '2026-11-21T01:30:00+02:00' });
    await track({ event_id: 'b', type: 'sign_up' });
    expect(parsed(await read())['data']).toMatchObject([
      {
        events: 2,
        days: [
          { day: '2026-11-20', events: 1 },
          { day: '2026-11-21', events: 1 },
        ],
      },
    ]);
    const { data, ...asked } = parsed(await read({ start: '2026-11-21', type: 'sign_up' }));
    expect(data).toMatchObject([{ events: 1 }]);
    expect(asked).toEqual({ short_code: null, type: 'sign_up', first_day: '2026-11-21', last_day: '2026-11-21' });
  });

  it('tells types, names of custom events, links and currencies apart', async () => {
    const { track, read } = world();
    const custom = (name: string) => ({ type: 'custom', properties: { name } });
    const dollars = { type: 'purchase', properties: { amount: 5, currency: 'USD' } };
    const events = [custom('b'), custom('a'), custom('a'), PURCHASE, PURCHASE, dollars, { type: 'lead' }];
    for (const [index, event] of events.entries()) {
      await track({ event_id: `e-${index}`, ...event, ...(index < 3 ? { short_code: 'mine' } : {}) });
    }
    const all = parsed(await read());
    expect(eventsAnswer.safeParse(all).error).toBeUndefined();
    expect(all['data']).toMatchObject([
      {
        type: 'purchase',
        events: 3,
        revenue: [
          { currency: 'EUR', purchases: 2, amount: 3_998 },
          { currency: 'USD', purchases: 1, amount: 5 },
        ],
      },
      { type: 'custom', name: 'a', events: 2, revenue: [] },
      expect.objectContaining({ events: 1 }),
      expect.objectContaining({ events: 1 }),
    ]);
    expect(parsed(await read({ short_code: 'mine' }))['data']).toMatchObject([
      { name: 'a', events: 2 },
      { name: 'b', events: 1 },
    ]);
  });

  it.each(['constructor', 'tostring', 'hasownproperty'])('keeps a value called %s', async (name) => {
    const { track } = world();
    const properties = { name, values: { [name]: 'kept' } };
    const answer = await track({ event_id: 'e', type: 'custom', properties });
    expect([answer.statusCode, parsed(answer)['properties']]).toEqual([201, properties]);
    expect((await track({ event_id: 'e', type: 'custom', properties: { name, values: {} } })).statusCode).toBe(422);
  });

  it('names the types there are to whoever tells an unknown one', async () => {
    const problem = problemIn(await world().track({ event_id: 'e', type: 'purchse', nonsense: 1 }));
    expect(problem).toMatchObject({
      status: 400,
      errors: [{ path: 'type', message: `Must be one of ${EVENT_TYPES.join(', ')}.` }],
    });
  });

  it.each([
    ['event_id', { event_id: 'with space', type: 'lead' }],
    ['event_id', { type: 'lead' }],
    ['properties.email', { event_id: 'e', type: 'lead', properties: { email: 'ada@example.com' } }],
    ['workspace_id', { event_id: 'e', type: 'lead', workspace_id: 'ws_2' }],
    ['properties.path', { event_id: 'e', type: 'page_view', properties: { path: '/reset?token=1' } }],
    ['properties.amount', { event_id: 'e', type: 'purchase', properties: { amount: 19.99, currency: 'EUR' } }],
    ['properties.amount', { event_id: 'e', type: 'purchase', properties: { amount: -1, currency: 'EUR' } }],
    ['properties.currency', { event_id: 'e', type: 'purchase', properties: { amount: 1, currency: 'ABC' } }],
    ['properties.values', { event_id: 'e', type: 'custom', properties: { name: 'a', values: manyValues(21) } }],
    ['properties.values.a', { event_id: 'e', type: 'custom', properties: { name: 'a', values: { a: { b: 1 } } } }],
    [
      'properties.values.a',
      { event_id: 'e', type: 'custom', properties: { name: 'a', values: { a: 'x'.repeat(201) } } },
    ],
    ['properties.name', { event_id: 'e', type: 'custom', properties: { name: 'day#1' } }],
    ['properties.values.a b', { event_id: 'e', type: 'custom', properties: { name: 'a', values: { 'a b': 1 } } }],
    [
      'properties.values.__proto__',
      { event_id: 'e', type: 'custom', properties: { name: 'a', values: { ['__proto__']: 1 } } },
    ],
    ['occurred_at', { event_id: 'e', type: 'lead', occurred_at: instant(NOW_MS + 2 * 60_000) }],
    ['occurred_at', { event_id: 'e', type: 'lead', occurred_at: instant(NOW_MS - 24 * HOUR_MS - 1) }],
    ['occurred_at', { event_id: 'e', type: 'lead', occurred_at: 'yesterday' }],
  ])('refuses %s of %j', async (path, body) => {
    const { track, read } = world();
    const refused = await track(body);
    expect(problemIn(refused)).toMatchObject({ error: 'VALIDATION_FAILED', errors: [{ path }] });
    expect(refused.headers).toMatchObject({ ratelimit: expect.stringContaining('"events";r=') as string });
    expect(parsed(await read())['data']).toEqual([]);
  });

  it('is about links of the workspace only, to be told and to be read', async () => {
    const { track, read } = world();
    for (const short_code of ['foreign', 'nothing']) {
      const event = { event_id: 'e', type: 'lead', short_code };
      expect(problemIn(await track(event)).error).toBe('URL_NOT_FOUND');
      expect(problemIn(await read({ short_code })).error).toBe('URL_NOT_FOUND');
    }
    expect((await track({ event_id: 'e', type: 'lead' })).statusCode).toBe(201);
  });

  it('takes scopes of its own, and refuses what goes beyond the plan without touching creates', async () => {
    const api = trackApi(tables);
    const event = { event_id: 'e', type: 'lead' };
    const reader = keyIdentity({ scopes: ['analytics:read'] });
    expect(problemIn(await api.track(event, { identity: reader }))).toMatchObject({ required_scope: 'urls:write' });
    const writer = keyIdentity({ scopes: ['urls:write'] });
    expect(problemIn(await api.read({}, { identity: writer }))).toMatchObject({ required_scope: 'analytics:read' });
    const free = keyIdentity({ workspaceId: 'ws_free', plan: 'free' });
    for (let told = 0; told < 60; told += 1) {
      expect((await api.track({ ...event, event_id: `e-${told}` }, { identity: free })).statusCode).toBe(201);
    }
    const refused = await api.track({ ...event, event_id: 'e-60' }, { identity: free });
    expect(problemIn(refused)).toMatchObject({
      error: 'RATE_LIMIT_EXCEEDED',
      message: 'Max 60 events per minute',
      rate_limit: { name: 'events', remaining: 0 },
    });
    const read = await api.read({}, { identity: free });
    expect(read.headers).toMatchObject({ ratelimit: expect.stringContaining('"creates";r=10;') as string });
  });
});

function manyValues(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, index]));
}
