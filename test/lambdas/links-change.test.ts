import { REQUEST_ID } from '../fixtures/events.ts';
import { aLink, LINK_PASSWORD, NOW_MS, TARGET } from '../fixtures/links.ts';
import { linksApi, parsed } from '../fixtures/links-api.ts';
import { memoryClickTotals } from '../fixtures/memory-click-totals.ts';
import { problemIn } from '../fixtures/problems.ts';

const TOMORROW = new Date(NOW_MS + 86_400_000).toISOString();
const URL_ = { original_url: TARGET };

describe('Reading a link', () => {
  it('answers it with its clicks and its ETag', async () => {
    const { call, deps } = linksApi({ totals: memoryClickTotals(new Map([['aB7x3Kq', 42]])) });
    deps.store.add(aLink({ version: 3 }));
    const answer = await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } });
    expect(answer).toMatchObject({ statusCode: 200, headers: { etag: '"3"' } });
    expect(parsed(answer)).toMatchObject({ short_code: 'aB7x3Kq', clicks: 42, version: 3 });
  });

  it('another’s, a deleted, a missing and an impossible one are the same 404', async () => {
    const { call, deps } = linksApi();
    deps.store.add(aLink({ code: 'foreign', workspaceId: 'ws_2' }), aLink({ code: 'deleted', status: 'deleted' }));
    const bodies = [];
    for (const code of ['foreign', 'deleted', 'missing', 'no such', 'x'.repeat(5_000), '../admin', '__proto__']) {
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const body = method === 'PATCH' ? { body: '{"title":"x"}' } : {};
        const answer = await call(method, '/v1/urls/{code}', { params: { code }, ...body });
        expect([method, code, answer.statusCode, problemIn(answer).error]).toEqual([
          method,
          code,
          404,
          'URL_NOT_FOUND',
        ]);
        bodies.push(answer.body);
      }
    }
    expect(new Set(bodies).size).toBe(1);
    expect(deps.store.history).toEqual([]);
  });
});

describe('Changing a link', () => {
  const world = () => {
    const api = linksApi();
    api.deps.store.add(aLink({ version: 3, title: 'before', password: LINK_PASSWORD }));
    const patch = (value: unknown, headers: Record<string, string> = {}) =>
      api.call('PATCH', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' }, body: JSON.stringify(value), headers });
    return { ...api, patch };
  };

  it.each([
    [{ title: 'after' }, { title: 'after' }],
    [{ title: null }, { title: null }],
    [{ password: null }, { password_protected: false }],
    [{ is_active: false }, { is_active: false }],
    [
      { expires_at: TOMORROW, max_clicks: 5 },
      { expires_at: TOMORROW, max_clicks: 5 },
    ],
    [{ original_url: 'HTTPS://example.ORG' }, { original_url: 'https://example.org/' }],
    [{ tags: ['a', 'a'] }, { tags: ['a'] }],
    [
      { redirect_status: 308, forward_query: true, external_id: 'x' },
      { redirect_status: 308, forward_query: true, external_id: 'x' },
    ],
  ])('by %j changes that and nothing else', async (body, expected) => {
    const { patch, call } = world();
    const before = parsed(await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } }));
    const answer = await patch(body);
    expect(answer).toMatchObject({ statusCode: 200, headers: { etag: '"4"' } });
    expect(parsed(answer)).toEqual({ ...before, ...expected, version: 4, updated_at: '2026-11-21T12:00:00.000Z' });
  });

  it.each([['custom_alias'], ['short_code'], ['clicks'], ['version'], ['if_exists'], ['workspace_id'], ['status']])(
    'refuses to change %s',
    async (name) => {
      expect(problemIn(await world().patch({ [name]: 'x' }))).toMatchObject({
        errors: [{ path: name, code: 'unknown_member' }],
      });
    },
  );

  it.each([
    ['"3"', 200],
    [' "3" ', 200],
    ['*', 200],
    ['"2"', 412],
    ['"4"', 412],
    ['3', 412],
    ['W/"3"', 412],
    ['"three"', 412],
    ['""', 412],
    ['"1", "3"', 412],
    ['"99999999999999999999"', 412],
  ])('with If-Match %s answers %i', async (ifMatch, status) => {
    const { patch, deps } = world();
    const answer = await patch({ title: 'x' }, { 'If-Match': ifMatch });
    expect(answer.statusCode).toBe(status);
    if (status === 412) expect(problemIn(answer).error).toBe('VERSION_CONFLICT');
    expect(deps.store.all()[0]?.version).toBe(status === 200 ? 4 : 3);
  });
});

describe('Deleting a link', () => {
  it('answers 204 and nothing; afterwards it is not there, but its code stays taken', async () => {
    const { call, post, deps } = linksApi();
    deps.store.add(aLink({ code: 'blog' }));
    const params = { code: 'blog' };
    const answer = await call('DELETE', '/v1/urls/{code}', { params, headers: { 'If-Match': '"1"' } });
    expect(answer).toMatchObject({ statusCode: 204, body: '', headers: { 'x-request-id': REQUEST_ID } });
    expect(problemIn(await call('DELETE', '/v1/urls/{code}', { params })).error).toBe('URL_NOT_FOUND');
    expect(problemIn(await post({ ...URL_, custom_alias: 'blog' })).error).toBe('ALIAS_TAKEN');
  });

  it('at another version is refused', async () => {
    const { call, deps } = linksApi();
    deps.store.add(aLink());
    const answer = await call('DELETE', '/v1/urls/{code}', {
      params: { code: 'aB7x3Kq' },
      headers: { 'if-match': '"9"' },
    });
    expect([answer.statusCode, deps.store.all()[0]?.status]).toEqual([412, 'active']);
  });
});
