import type { User } from '../../core/accounts/user.ts';
import { sessionsAnswer } from '../../lambdas/accounts/sessions.ts';
import { parseMembers } from '../../lambdas/json-body.ts';
import type { PersonalWorld } from '../fixtures/personal-world.ts';
import { bodyOf, personalWorld } from '../fixtures/personal-world.ts';
import { problemIn } from '../fixtures/problems.ts';
import type { TestTables } from '../fixtures/tables.ts';
import { startTables } from '../fixtures/tables.ts';

let tables: TestTables;
let world: PersonalWorld;
let ada: User;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.close());
beforeEach(async () => {
  world = personalWorld(tables);
  ada = await world.person();
});

const SESSIONS = '/v1/sessions';
const listed = async (user: User, sessionId: string, query: Record<string, string> = {}) => {
  const answer = await world.call('GET', SESSIONS, { ...world.as(user, { sessionId }), query });
  expect(answer.statusCode).toBe(200);
  return parseMembers(sessionsAnswer, bodyOf(answer));
};
const ids = async (user: User) => (await world.deps.sessions.list(user.id, world.clock.nowMs)).map(({ id }) => id);
const clears = (answer: { multiValueHeaders?: Record<string, unknown[]> | undefined }) =>
  (answer.multiValueHeaders?.['set-cookie'] ?? []).map((cookie) => String(cookie).split('=; Max-Age=0;')[0]);

describe('The list of sessions', () => {
  it('has all of them, the newest first, and says which one asks', async () => {
    const [one, two, three] = [
      await world.session(ada, { userAgent: 'Old/1.0 <b>\u202e', device: 'mobile', country: 'AT' }),
      await world.session(ada),
      await world.session(ada),
    ];
    const { data, next_cursor } = await listed(ada, two.id);
    expect(data.map(({ id, current }) => [id, current])).toEqual([
      [three.id, false],
      [two.id, true],
      [one.id, false],
    ]);
    expect(data[2]).toMatchObject({ user_agent: 'Old/1.0 <b>\u202e', device: 'mobile', country: 'AT' });
    expect(next_cursor).toBeNull();
  });

  it('leaves out those that are over, and everybody else’s', async () => {
    const over = await world.session(ada, { expiresAtMs: world.clock.nowMs + 1_000 });
    const mine = await world.session(ada);
    await world.session(await world.person());
    world.clock.nowMs = over.expiresAtMs;
    expect((await listed(ada, mine.id)).data.map(({ id }) => id)).toEqual([mine.id]);
  });

  it('comes in pages that miss none and repeat none', async () => {
    const all: string[] = [];
    for (let count = 0; count < 7; count += 1) all.unshift((await world.session(ada)).id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listed>> = await listed(ada, 'ses_1', {
        limit: '3',
        ...(cursor === null ? {} : { cursor }),
      });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(all);
  });

  it('refuses hostile queries, and a cursor of somebody else', async () => {
    await world.session(ada);
    await world.session(ada);
    const eve = await world.person();
    const { next_cursor } = await listed(ada, 'ses_1', { limit: '1' });
    const queries: readonly Record<string, string>[] = [
      { limit: '0' },
      { limit: '101' },
      { limit: '-1' },
      { limit: '1e1' },
      { limit: '' },
      { cursor: '' },
      { cursor: 'x' },
      { cursor: 'bnVsbA' },
      { cursor: 'x'.repeat(3_000) },
      { cursor: Buffer.from(JSON.stringify([eve.id, 'sessions', 'key_1'])).toString('base64url') },
      { cursor: Buffer.from(JSON.stringify([eve.id, 'sessions', 7])).toString('base64url') },
      { cursor: next_cursor ?? '' },
    ];
    for (const query of queries) {
      const answer = await world.call('GET', SESSIONS, { ...world.as(eve), query });
      expect([query, answer.statusCode, problemIn(answer).error]).toEqual([query, 400, 'VALIDATION_FAILED']);
    }
  });
});

describe('Ending sessions', () => {
  const end = (user: User, session_id: string, sessionId = 'ses_other') =>
    world.call('DELETE', '/v1/sessions/{session_id}', { ...world.as(user, { sessionId }), params: { session_id } });

  it('ends one, and clears the cookies where it is the one that asks', async () => {
    const [other, current] = [await world.session(ada), await world.session(ada)];
    const first = await end(ada, other.id, current.id);
    expect([first.statusCode, first.body, clears(first)]).toEqual([204, '', []]);
    const second = await end(ada, current.id, current.id);
    expect([second.statusCode, clears(second)]).toEqual([204, ['__Host-signpost_access', '__Host-signpost_refresh']]);
    expect(await ids(ada)).toEqual([]);
    expect(
      (await world.stored()).filter(({ pk, sk }) => pk === `user#${ada.id}` && String(sk).startsWith('refresh#')),
    ).toEqual([]);
  });

  it('does not know anybody else’s, one that ended, or anything that is none', async () => {
    const eves = await world.session(await world.person());
    const ended = await world.session(ada);
    await end(ada, ended.id);
    const none = ['ses_', 'x', '', '../x', `ses_${'1'.repeat(5_000)}`, 'ses_1#', 'ses_\u0000', 'me', '😀'];
    for (const id of [eves.id, ended.id, 'ses_0000000000000000000000', ...none]) {
      const answer = await end(ada, id);
      expect([id.slice(0, 30), answer.statusCode, problemIn(answer).error]).toEqual([
        id.slice(0, 30),
        404,
        'SESSION_NOT_FOUND',
      ]);
    }
    expect((await world.deps.sessions.find(eves.userId, eves.id))?.id).toBe(eves.id);
  });

  it.each([SESSIONS, '/sessions'])('ends all of them, also the one that asks: DELETE %s', async (route) => {
    const eve = await world.person();
    const eves = await world.session(eve);
    const current = await world.session(ada);
    for (let count = 0; count < 30; count += 1) await world.session(ada);
    const answer = await world.call('DELETE', route, world.as(ada, { sessionId: current.id }));
    expect([answer.statusCode, clears(answer)]).toEqual([204, ['__Host-signpost_access', '__Host-signpost_refresh']]);
    expect(await ids(ada)).toEqual([]);
    expect(await ids(eve)).toEqual([eves.id]);
  });

  it('keeps the one that asks where it is told to', async () => {
    const current = await world.session(ada);
    await world.session(ada);
    const request = world.as(ada, { sessionId: current.id });
    const answer = await world.call('DELETE', SESSIONS, { ...request, query: { keep_current: 'true' } });
    expect([answer.statusCode, clears(answer)]).toEqual([204, []]);
    expect(await ids(ada)).toEqual([current.id]);
    for (const keep_current of ['1', '', 'TRUE', 'yes'])
      expect((await world.call('DELETE', SESSIONS, { ...request, query: { keep_current } })).statusCode).toBe(400);
    expect(await ids(ada)).toEqual([current.id]);
  });
});
