import { listAnswer } from '../../lambdas/links/schemas.ts';
import { aLink, NOW_MS } from '../fixtures/links.ts';
import { linksApi, parsed } from '../fixtures/links-api.ts';
import { memoryClickTotals } from '../fixtures/memory-click-totals.ts';
import { problemIn } from '../fixtures/problems.ts';

describe('Listing links', () => {
  const world = (count: number) => {
    const api = linksApi({ totals: memoryClickTotals(new Map([['code1', 9]])) });
    api.deps.store.add(
      ...Array.from({ length: count }, (_, index) =>
        aLink({ code: `code${index}`, createdAtMs: NOW_MS + index, tags: index % 2 ? ['odd'] : [] }),
      ),
      aLink({ code: 'foreign', workspaceId: 'ws_2' }),
    );
    const list = (query: Record<string, string> = {}) => api.call('GET', '/v1/urls', { query });
    const codes = async (query: Record<string, string>) => {
      const found: string[] = [];
      let cursor: string | null = null;
      do {
        const page: { data: { short_code: string }[]; next_cursor: string | null } = JSON.parse(
          (await list({ ...query, ...(cursor === null ? {} : { cursor }) })).body,
        );
        found.push(...page.data.map(({ short_code }) => short_code));
        cursor = page.next_cursor;
      } while (cursor !== null);
      return found;
    };
    return { ...api, list, codes };
  };

  it('shows twenty at a time, and the whole list by its cursor', async () => {
    const { list, codes } = world(45);
    const first = await list();
    expect(listAnswer.safeParse(parsed(first)).success).toBe(true);
    expect((parsed(first)['data'] as unknown[]).length).toBe(20);
    expect(await codes({})).toEqual(Array.from({ length: 45 }, (_, index) => `code${44 - index}`));
    expect((await codes({ limit: '7', tag: 'odd' })).length).toBe(22);
    expect((await codes({ limit: '3', sort: '-clicks' }))[0]).toBe('code1');
    expect(new Set(await codes({ limit: '3', sort: '-clicks' })).size).toBe(45);
    expect(parsed(await world(0).list())).toEqual({ data: [], next_cursor: null });
  });

  it.each([
    [{ limit: '0' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ limit: '-1' }, 'limit'],
    [{ limit: '1e1' }, 'limit'],
    [{ limit: '' }, 'limit'],
    [{ limit: '5\n' }, 'limit'],
    [{ sort: 'clicks' }, 'sort'],
    [{ sort: '__proto__' }, 'sort'],
    [{ status: 'deleted' }, 'status'],
    [{ created_after: 'yesterday' }, 'created_after'],
    [{ created_before: '2026' }, 'created_before'],
    [{ tag: 'x'.repeat(51) }, 'tag'],
    [{ search: 'x'.repeat(201) }, 'search'],
    [{ external_id: '' }, 'external_id'],
    [{ cursor: 'x'.repeat(5_000) }, 'cursor'],
  ])('refuses the query %j', async (query, path) => {
    expect(problemIn(await world(1).list(query))).toMatchObject({ error: 'VALIDATION_FAILED', errors: [{ path }] });
  });

  const encode = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const KEY = { pk: 'link#default/a', sk: 'link', workspace_id: 'ws_1', created_at: '2026-11-21T12:00:00.000Z' };

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage!'],
    ['JSON as it is', JSON.stringify(['ws_1', 'by_date', null])],
    ['no list', encode({})],
    ['a number', encode(5)],
    ['null', encode('null')],
    ['broken JSON', encode('["ws_1","by_date"')],
    ['another workspace’s beginning', encode(['ws_2', 'by_date', null])],
    ['another workspace’s', encode(['ws_2', 'by_date', JSON.stringify({ ...KEY, workspace_id: 'ws_2' })])],
    ['another workspace’s key as mine', encode(['ws_1', 'by_date', JSON.stringify({ ...KEY, workspace_id: 'ws_2' })])],
    [
      'another workspace’s external id',
      encode([
        'ws_1',
        'by_date',
        JSON.stringify({ pk: 'a', sk: 'b', created_at: 'c', workspace_external_id: 'ws_2#x' }),
      ]),
    ],
    ['a workspace with my id in front', encode(['ws_1', 'by_date', JSON.stringify({ ...KEY, workspace_id: 'ws_12' })])],
    ['another order', encode(['ws_1', 'clicked', JSON.stringify(KEY)])],
    ['an unknown phase', encode(['ws_1', 'constructor', null])],
    ['a key with more', encode(['ws_1', 'by_date', JSON.stringify({ ...KEY, more: 1 })])],
    ['a key with less', encode(['ws_1', 'by_date', JSON.stringify({ workspace_id: 'ws_1' })])],
    ['a key with a list in it', encode(['ws_1', 'by_date', JSON.stringify({ ...KEY, pk: ['a'] })])],
    ['a key with infinity in it', encode(['ws_1', 'by_date', JSON.stringify(KEY).replace('"link"', '1e999')])],
    ['an empty key', encode(['ws_1', 'by_date', JSON.stringify({ ...KEY, pk: '' })])],
    ['a key that is no text', encode(['ws_1', 'by_date', KEY])],
    ['a key of text', encode(['ws_1', 'by_date', 'text'])],
  ])('refuses a cursor that is %s', async (_, cursor) => {
    expect(problemIn(await world(1).list({ cursor }))).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path: 'cursor' }],
    });
  });
});
