import { MAX_BODY_BYTES, MAX_BULK_BODY_BYTES } from '../../lambdas/json-body.ts';
import { linkAnswer, listAnswer } from '../../lambdas/links/schemas.ts';
import { REQUEST_ID } from '../fixtures/events.ts';
import { aLink, LINK_PASSWORD, NOW_MS, TARGET } from '../fixtures/links.ts';
import { linksApi, parsed } from '../fixtures/links-api.ts';
import { memoryClickTotals } from '../fixtures/memory-click-totals.ts';
import { problemIn } from '../fixtures/problems.ts';

const TOMORROW = new Date(NOW_MS + 86_400_000).toISOString();
const URL_ = { original_url: TARGET };

describe('Creating a link', () => {
  it('answers 201 with the link as the contract shows it', async () => {
    const { post, deps } = linksApi();
    const answer = await post({
      ...URL_,
      custom_alias: 'my-blog',
      expires_at: '2027-01-15T01:00:00+01:00',
      max_clicks: 1_000,
      password: 'secret password',
      title: 'Hello',
      tags: ['spring', 'spring', 'a'],
      external_id: 'x-1',
      redirect_status: 307,
      forward_query: true,
      if_exists: 'create',
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      location: '/v1/urls/my-blog',
      etag: '"1"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': REQUEST_ID,
    });
    expect(parsed(answer)).toEqual({
      short_code: 'my-blog',
      short_url: 'https://s.example.com/my-blog',
      original_url: TARGET,
      is_custom_alias: true,
      is_active: true,
      password_protected: true,
      expires_at: '2027-01-15T00:00:00.000Z',
      max_clicks: 1_000,
      title: 'Hello',
      tags: ['spring', 'a'],
      external_id: 'x-1',
      redirect_status: 307,
      forward_query: true,
      clicks: 0,
      version: 1,
      created_at: '2026-11-21T12:00:00.000Z',
      updated_at: '2026-11-21T12:00:00.000Z',
    });
    expect(linkAnswer.safeParse(parsed(answer)).success).toBe(true);
    expect(answer.body).not.toMatch(/secret password|argon2|unlock/);
    expect(deps.store.all()[0]?.password).toEqual(LINK_PASSWORD);
  });

  it('needs only a target; null is the same as absent', async () => {
    const { post } = linksApi();
    const [plain, nulls] = [
      parsed(await post(URL_)),
      parsed(
        await post({
          ...URL_,
          custom_alias: null,
          expires_at: null,
          max_clicks: null,
          password: null,
          title: null,
          external_id: null,
        }),
      ),
    ];
    expect({ ...nulls, short_code: '', short_url: '' }).toEqual({ ...plain, short_code: '', short_url: '' });
    expect(plain).toMatchObject({ redirect_status: 302, forward_query: false, tags: [], is_custom_alias: false });
  });

  it('works the same at its alias path', async () => {
    const { call } = linksApi();
    expect((await call('POST', '/url/shorten', { body: JSON.stringify(URL_) })).statusCode).toBe(201);
  });

  const BROKEN: readonly (readonly [object, string, string])[] = [
    [{}, 'original_url', 'invalid_type'],
    [{ original_url: 5 }, 'original_url', 'invalid_type'],
    [{ ...URL_, custom_alias: 5 }, 'custom_alias', 'invalid_type'],
    [{ ...URL_, expires_at: 'tomorrow' }, 'expires_at', 'invalid_format'],
    [{ ...URL_, expires_at: '2026-02-30T00:00:00Z' }, 'expires_at', 'invalid_format'],
    [{ ...URL_, expires_at: '2027-01-15' }, 'expires_at', 'invalid_format'],
    [{ ...URL_, expires_at: '2027-01-15T00:00:00' }, 'expires_at', 'invalid_format'],
    [{ ...URL_, expires_at: 1_900_000_000 }, 'expires_at', 'invalid_type'],
    [{ ...URL_, expires_at: '2026-11-21T12:00:00Z' }, 'expires_at', 'not_in_future'],
    [{ ...URL_, expires_at: '1999-01-01T00:00:00Z' }, 'expires_at', 'not_in_future'],
    [{ ...URL_, max_clicks: 0 }, 'max_clicks', 'too_small'],
    [{ ...URL_, max_clicks: -1 }, 'max_clicks', 'too_small'],
    [{ ...URL_, max_clicks: 1.5 }, 'max_clicks', 'invalid_type'],
    [{ ...URL_, max_clicks: 1e300 }, 'max_clicks', 'too_big'],
    [{ ...URL_, max_clicks: '5' }, 'max_clicks', 'invalid_type'],
    [{ ...URL_, password: '' }, 'password', 'too_small'],
    [{ ...URL_, password: 'x'.repeat(129) }, 'password', 'too_big'],
    [{ ...URL_, title: 'x'.repeat(201) }, 'title', 'too_big'],
    [{ ...URL_, tags: 'spring' }, 'tags', 'invalid_type'],
    [{ ...URL_, tags: [1] }, 'tags[0]', 'invalid_type'],
    [{ ...URL_, tags: ['a', ''] }, 'tags[1]', 'too_small'],
    [{ ...URL_, tags: ['x'.repeat(51)] }, 'tags[0]', 'too_big'],
    [{ ...URL_, tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, 'tags', 'too_big'],
    [{ ...URL_, external_id: '' }, 'external_id', 'too_small'],
    [{ ...URL_, external_id: 'x'.repeat(256) }, 'external_id', 'too_big'],
    [{ ...URL_, redirect_status: 303 }, 'redirect_status', 'invalid_value'],
    [{ ...URL_, redirect_status: '302' }, 'redirect_status', 'invalid_value'],
    [{ ...URL_, forward_query: 'yes' }, 'forward_query', 'invalid_type'],
    [{ ...URL_, if_exists: 'replace' }, 'if_exists', 'invalid_value'],
    ...[
      'ownerId',
      'workspace_id',
      'role',
      'clicks',
      'version',
      'status',
      'is_active',
      'created_at',
      'plan',
      'pk',
      'sk',
      'constructor',
      'toString',
      'original_URL',
    ].map((name) => [{ ...URL_, [name]: 'x' }, name, 'unknown_member'] as const),
  ];

  it.each(BROKEN)('with %j is refused at %s: %s', async (body, path, code) => {
    const { post, deps } = linksApi();
    const answer = await post(body);
    expect(problemIn(answer)).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path, code, message: expect.stringMatching(/^[A-Z].*\.$/) }],
    });
    expect(deps.store.all()).toEqual([]);
  });

  it('names every broken member at once', async () => {
    const { post } = linksApi();
    const { errors } = problemIn(
      await post({ max_clicks: 0, tags: ['', 'x'.repeat(60)], color: 1, size: 2 }),
    ) as unknown as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual([
      'color',
      'max_clicks',
      'original_url',
      'size',
      'tags[0]',
      'tags[1]',
    ]);
  });

  it('refuses a member called __proto__ like any other it does not know', async () => {
    const { post } = linksApi();
    expect(problemIn(await post('{"original_url":"https://example.com/","__proto__":{"plan":"pro"}}'))).toMatchObject({
      error: 'VALIDATION_FAILED',
      errors: [{ path: '__proto__', code: 'unknown_member' }],
    });
  });

  it.each([
    ['javascript:alert(1)', 'INVALID_URL'],
    ['http://169.254.169.254/', 'INVALID_URL'],
    ['https://s.example.com/x', 'INVALID_URL'],
    ['https://example.com/\r\nSet-Cookie: a=b', 'INVALID_URL'],
    ['https://malware.example/', 'URL_BLOCKED'],
  ])('refuses the target %j: %s', async (original_url, word) => {
    expect(problemIn(await linksApi().post({ original_url })).error).toBe(word);
  });

  it.each(['ab', 'admin', 'URLS', 'a b', '__proto__', 'x'.repeat(21)])('refuses the alias %j', async (custom_alias) => {
    expect(problemIn(await linksApi().post({ ...URL_, custom_alias })).error).toBe('INVALID_ALIAS');
  });

  it('tells of a taken alias with free suggestions, and nothing of its owner', async () => {
    const { post, deps } = linksApi();
    deps.store.add(aLink({ code: 'blog', workspaceId: 'ws_other', title: 'private' }));
    const answer = await post({ ...URL_, custom_alias: 'blog' });
    expect(answer.statusCode).toBe(409);
    expect(problemIn(answer)).toMatchObject({ error: 'ALIAS_TAKEN', suggestions: ['blog-2', 'blog-2026', 'blog-3'] });
    expect(answer.body).not.toMatch(/ws_other|private/);
  });

  it('with if_exists: return answers 200 and the link there is, with its clicks', async () => {
    const { post } = linksApi({
      totals: { ...memoryClickTotals(), totalsOf: async (_, codes) => new Map(codes.map((code) => [code, 7])) },
    });
    const first = await post({ ...URL_, if_exists: 'return' });
    const again = await post({ ...URL_, if_exists: 'return', title: 'other' });
    expect([first.statusCode, again.statusCode]).toEqual([201, 200]);
    expect(parsed(again)).toEqual({ ...parsed(first), clicks: 7 });
  });
});

describe('A body', () => {
  it.each([
    ['{"original_url":', 'INVALID_JSON'],
    ['', 'INVALID_JSON'],
    ['{original_url: 1}', 'INVALID_JSON'],
    ["{'original_url': 1}", 'INVALID_JSON'],
    ['{"a":1}{', 'INVALID_JSON'],
    ['\ufeff{}', 'INVALID_JSON'],
    ['undefined', 'INVALID_JSON'],
    ['NaN', 'INVALID_JSON'],
    ['null', 'VALIDATION_FAILED'],
    ['[]', 'VALIDATION_FAILED'],
    ['5', 'VALIDATION_FAILED'],
    ['"text"', 'VALIDATION_FAILED'],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'VALIDATION_FAILED'],
    [`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, 'VALIDATION_FAILED'],
    [`{"max_clicks":${'9'.repeat(10_000)}}`, 'VALIDATION_FAILED'],
  ])('that is %.30j is refused: %s', async (body, word) => {
    expect(problemIn(await linksApi().post(body)).error).toBe(word);
  });

  it('that was never sent is refused', async () => {
    const { call } = linksApi();
    const headers = { 'Content-Type': 'application/json' };
    expect(problemIn(await call('POST', '/v1/urls', { headers })).error).toBe('INVALID_JSON');
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    'text/json',
    'application/json-patch+json',
  ])('of the type %j is refused with 415, which also keeps forms of other sites out', async (type) => {
    const { call, deps } = linksApi();
    const headers = { 'Content-Type': type ?? '' };
    const answer = await call('POST', '/v1/urls', { body: JSON.stringify(URL_), headers });
    expect([answer.statusCode, problemIn(answer).error]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(deps.store.all()).toEqual([]);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset=UTF-8',
    'application/json ;x=1',
  ])('of the type %j is taken', async (type) => {
    expect((await linksApi().post(URL_, { 'Content-Type': type })).statusCode).toBe(201);
  });

  it('may have 256 KB and not a byte more; a bulk one 4 MB', async () => {
    const { post, call } = linksApi();
    const padded = (value: string, bytes: number) => value + ' '.repeat(bytes - Buffer.byteLength(value));
    expect((await post(padded(JSON.stringify(URL_), MAX_BODY_BYTES))).statusCode).toBe(201);
    const tooLarge = await post(padded(JSON.stringify(URL_), MAX_BODY_BYTES + 1));
    expect([tooLarge.statusCode, problemIn(tooLarge)['max_bytes']]).toEqual([413, MAX_BODY_BYTES]);
    const bulk = JSON.stringify({ urls: [URL_] });
    const bulkOf = (bytes: number) => call('POST', '/v1/urls/bulk', { body: padded(bulk, bytes) });
    expect((await bulkOf(MAX_BULK_BODY_BYTES)).statusCode).toBe(201);
    expect(problemIn(await bulkOf(MAX_BULK_BODY_BYTES + 1)).error).toBe('PAYLOAD_TOO_LARGE');
  });

  it('keeps any Unicode intact', async () => {
    const title = '\u202e right-to-left, \u200b zero width, "quotes" <b>&amp;</b> ${x} {{y}} 😀 \0 \n';
    expect(parsed(await linksApi().post({ ...URL_, title }))['title']).toBe(title);
  });
});

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

describe('Creating in bulk', () => {
  const bulk = (api: ReturnType<typeof linksApi>, body: unknown, headers: Record<string, string> = {}) =>
    api.call('POST', '/v1/urls/bulk', { body: JSON.stringify(body), headers });

  it('answers 201 with a result for each, in order', async () => {
    const api = linksApi();
    const answer = await bulk(api, { urls: [URL_, { ...URL_, custom_alias: 'mine' }] });
    expect(answer.statusCode).toBe(201);
    const code = String((parsed(answer)['results'] as { short_code: string }[])[0]?.short_code);
    expect(parsed(answer)).toEqual({
      created: 2,
      failed: 0,
      results: [
        { index: 0, short_code: code, short_url: `https://s.example.com/${code}` },
        { index: 1, short_code: 'mine', short_url: 'https://s.example.com/mine' },
      ],
    });
  });

  const MIXED = [
    URL_,
    { original_url: 'ftp://x' },
    { ...URL_, color: 1 },
    'text',
    null,
    { ...URL_, if_exists: 'return' },
    { ...URL_, expires_at: '2020-01-01T00:00:00Z' },
  ];
  const WORDS = [
    'INVALID_URL',
    'VALIDATION_FAILED',
    'VALIDATION_FAILED',
    'VALIDATION_FAILED',
    'VALIDATION_FAILED',
    'VALIDATION_FAILED',
  ];

  it('makes nothing when one entry is invalid, and names each that is', async () => {
    const api = linksApi();
    const answer = await bulk(api, { urls: MIXED });
    expect(answer.statusCode).toBe(400);
    const problem = problemIn(answer) as unknown as {
      error: string;
      invalid_urls: { index: number; error: string; detail: string }[];
    };
    expect(problem.error).toBe('BULK_INVALID');
    expect(problem.invalid_urls.map(({ index, error }) => [index, error])).toEqual(
      WORDS.map((word, index) => [index + 1, word]),
    );
    expect(problem.invalid_urls[1]).toMatchObject({ errors: [{ path: 'color', code: 'unknown_member' }] });
    expect(api.deps.store.all()).toEqual([]);
  });

  it('makes the others in partial mode', async () => {
    const api = linksApi();
    const answer = parsed(await bulk(api, { urls: MIXED, mode: 'partial' }));
    expect(answer).toMatchObject({ created: 1, failed: 6 });
    expect(
      (answer['results'] as { index: number; error?: string }[]).map(({ index, error }) => [index, error]),
    ).toEqual([[0, undefined], ...WORDS.map((word, index) => [index + 1, word])]);
    expect(api.deps.store.all()).toHaveLength(1);
  });

  it.each([
    [{}, 'urls'],
    [{ urls: [] }, 'urls'],
    [{ urls: {} }, 'urls'],
    [{ urls: Array.from({ length: 1_001 }, () => URL_) }, 'urls'],
    [{ urls: [URL_], mode: 'some' }, 'mode'],
    [{ urls: [URL_], workspace_id: 'ws_2' }, 'workspace_id'],
  ])('refuses the body %.60j', async (body, path) => {
    expect(problemIn(await bulk(linksApi(), body))).toMatchObject({ error: 'VALIDATION_FAILED', errors: [{ path }] });
  });

  it('hashes equal passwords once, gives each link its own key, and takes twenty different ones', async () => {
    let hashed = 0;
    const hashPassword = async () => {
      hashed += 1;
      return LINK_PASSWORD;
    };
    const api = linksApi({ hashPassword });
    await bulk(api, { urls: Array.from({ length: 50 }, () => ({ ...URL_, password: 'same' })) });
    expect(hashed).toBe(1);
    expect(new Set(api.deps.store.all().map(({ password }) => password?.unlockKey)).size).toBe(50);
    const many = await bulk(api, {
      urls: Array.from({ length: 21 }, (_, index) => ({ ...URL_, password: `p${index}` })),
    });
    expect(problemIn(many)).toMatchObject({
      invalid_urls: [{ index: 20, errors: [{ path: 'password', code: 'too_many_passwords' }] }],
    });
  });

  it('answers a thousand entries full of unknown members within what Lambda may answer', async () => {
    const names = Array.from({ length: 400 }, (_, index) => [`m${index}`, 0]);
    const entry = Object.fromEntries(names);
    const answer = await bulk(linksApi(), { urls: Array.from({ length: 1_000 }, () => entry), mode: 'partial' });
    expect(answer.statusCode).toBe(201);
    expect(Buffer.byteLength(answer.body)).toBeLessThan(6 * 1024 * 1024);
  });
});

describe('An Idempotency-Key', () => {
  const KEY = { 'Idempotency-Key': 'key-1' };

  it.each([
    ['POST', '/v1/urls', { ...URL_, custom_alias: 'mine' }],
    ['POST', '/url/shorten', URL_],
    ['POST', '/v1/urls/bulk', { urls: [URL_, URL_] }],
  ] as const)('makes %s %s happen once and answers it again byte for byte', async (method, path, body) => {
    const { call, clock, deps } = linksApi();
    const send = () => call(method, path, { body: JSON.stringify(body), headers: KEY });
    const first = await send();
    const made = deps.store.all().length;
    clock.nowMs += 60_000;
    const again = await send();
    expect([again.statusCode, again.body]).toEqual([first.statusCode, first.body]);
    for (const name of ['location', 'etag', 'content-type']) expect(again.headers?.[name]).toBe(first.headers?.[name]);
    expect(deps.store.all()).toHaveLength(made);
  });

  it('replays without using up the quota, and still says what is left', async () => {
    const { post } = linksApi();
    const remaining = [];
    for (let repeat = 0; repeat < 3; repeat += 1) remaining.push((await post(URL_, KEY)).headers?.['ratelimit']);
    expect(new Set(remaining).size).toBe(1);
  });

  it('with another body is refused', async () => {
    const { post } = linksApi();
    await post(URL_, KEY);
    const answer = await post({ ...URL_, title: 'x' }, KEY);
    expect([answer.statusCode, problemIn(answer).error]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
  });

  it('whose first request is running is refused with when to try again', async () => {
    const { post, deps } = linksApi();
    const find = Promise.withResolvers<void>();
    jest.spyOn(deps.blocklist, 'hosts').mockImplementation(async () => (await find.promise, new Set()));
    const first = post(URL_, KEY);
    await new Promise(setImmediate);
    const second = await post(URL_, KEY);
    expect([second.statusCode, problemIn(second).error, second.headers?.['retry-after']]).toEqual([
      409,
      'IDEMPOTENCY_IN_PROGRESS',
      '30',
    ]);
    find.resolve();
    expect((await first).statusCode).toBe(201);
    expect(deps.store.all()).toHaveLength(1);
  });

  it('does not remember a refusal: the corrected world is asked again', async () => {
    const { post, deps } = linksApi();
    const hosts = jest.spyOn(deps.blocklist, 'hosts').mockRejectedValueOnce(new Error('did not answer'));
    expect((await post(URL_, KEY)).statusCode).toBe(503);
    expect((await post(URL_, KEY)).statusCode).toBe(201);
    expect(hosts).toHaveBeenCalledTimes(2);
  });

  it.each(['', 'x'.repeat(256)])('that is %.9j is refused', async (key) => {
    expect(problemIn(await linksApi().post(URL_, { 'Idempotency-Key': key }))).toMatchObject({
      errors: [{ path: 'Idempotency-Key' }],
    });
  });
});

describe('The rate limit', () => {
  const FREE = {
    caller: { workspaceId: 'ws_free', plan: 'free' as const, keyId: 'key_1', scopes: ['urls:read', 'urls:write'] },
  };
  const create = (api: ReturnType<typeof linksApi>) =>
    api.call('POST', '/v1/urls', { body: JSON.stringify(URL_), ...FREE });

  it('is announced on every answer, success or failure', async () => {
    const api = linksApi();
    const policy = '"creates";q=10;w=60';
    expect((await create(api)).headers).toMatchObject({ 'ratelimit-policy': policy, ratelimit: '"creates";r=9;t=60' });
    const requests = [
      ['GET', '/v1/urls', {}],
      ['GET', '/v1/urls/{code}', { params: { code: 'nothing' } }],
      ['PATCH', '/v1/urls/{code}', { params: { code: 'nothing' }, body: '{}' }],
      ['DELETE', '/v1/urls/{code}', { params: { code: 'nothing' } }],
      ['POST', '/v1/urls', { body: '{' }],
      ['POST', '/v1/urls/bulk', { body: '{"urls":[]}' }],
    ] as const;
    for (const [method, resource, parts] of requests) {
      const { headers } = await api.call(method, resource, { ...parts, ...FREE });
      expect(headers).toMatchObject({ 'ratelimit-policy': policy, ratelimit: '"creates";r=9;t=60' });
    }
  });

  it('lets ten of a hundred parallel creates through on the free plan', async () => {
    const api = linksApi();
    const answers = await Promise.all(Array.from({ length: 100 }, () => create(api)));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(10);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(90);
    expect(api.deps.store.all()).toHaveLength(10);
  });

  it('answers 429 as the contract says, and opens again', async () => {
    const api = linksApi();
    for (let number = 0; number < 10; number += 1) await create(api);
    api.clock.nowMs += 20_500;
    const answer = await create(api);
    expect(answer.headers).toMatchObject({ 'retry-after': '40', ratelimit: '"creates";r=0;t=40' });
    expect(problemIn(answer)).toMatchObject({
      error: 'RATE_LIMIT_EXCEEDED',
      message: 'Max 10 URLs per minute',
      retry_after: 40,
      rate_limit: { limit: 10, remaining: 0, reset_at: '2026-11-21T12:01:00.000Z' },
    });
    api.clock.nowMs = NOW_MS + 60_000;
    expect((await create(api)).statusCode).toBe(201);
  });

  it('counts each link of a bulk call, and none that was refused', async () => {
    const api = linksApi();
    const bulk = (count: number, more: object[] = []) =>
      api.call('POST', '/v1/urls/bulk', {
        body: JSON.stringify({ urls: [...Array.from({ length: count }, () => URL_), ...more] }),
        ...FREE,
      });
    expect((await bulk(4)).headers?.['ratelimit']).toBe('"creates";r=6;t=60');
    expect((await bulk(6, [{ original_url: 'x' }])).headers?.['ratelimit']).toBe('"creates";r=6;t=60');
    expect((await bulk(7)).statusCode).toBe(429);
    expect((await bulk(6)).headers?.['ratelimit']).toBe('"creates";r=0;t=60');
    expect(api.deps.store.all()).toHaveLength(10);
  });

  it('is kept per workspace', async () => {
    const api = linksApi();
    for (let number = 0; number < 11; number += 1) await create(api);
    expect((await api.post(URL_)).statusCode).toBe(201);
  });
});

describe('Who may', () => {
  it('is asked before anything else: no caller 401, no scope 403', async () => {
    const { call, deps } = linksApi();
    const body = JSON.stringify(URL_);
    const stranger = await call('POST', '/v1/urls', { body, caller: null });
    expect([stranger.statusCode, problemIn(stranger).error]).toEqual([401, 'UNAUTHENTICATED']);
    const reader = { workspaceId: 'ws_1', plan: 'pro' as const, keyId: 'k', scopes: ['urls:read', 'analytics:read'] };
    for (const [method, resource] of [
      ['POST', '/v1/urls'],
      ['POST', '/v1/urls/bulk'],
      ['POST', '/url/shorten'],
      ['PATCH', '/v1/urls/{code}'],
      ['DELETE', '/v1/urls/{code}'],
    ] as const) {
      const answer = await call(method, resource, { body, params: { code: 'aB7x3Kq' }, caller: reader });
      expect(problemIn(answer)).toMatchObject({ error: 'FORBIDDEN', status: 403, required_scope: 'urls:write' });
    }
    expect(deps.store.all()).toEqual([]);
  });

  it('reaches no route that is not in the table', async () => {
    const { call } = linksApi();
    for (const [method, resource] of [
      ['PUT', '/v1/urls'],
      ['GET', '/v1/nothing'],
      ['POST', '/v1/urls/{code}'],
    ] as const)
      expect(problemIn(await call(method, resource)).error).toBe('NOT_FOUND');
  });
});

describe('When a store fails', () => {
  it('the answer is 503 where it is away and 500 where nobody knows, and only the log learns why', async () => {
    const { call, deps, lines } = linksApi();
    jest
      .spyOn(deps.store, 'find')
      .mockRejectedValueOnce(Object.assign(new Error('x'), { name: 'ThrottlingException' }));
    const away = await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } });
    expect([away.statusCode, problemIn(away).error, away.headers?.['retry-after']]).toEqual([
      503,
      'SERVICE_UNAVAILABLE',
      '1',
    ]);
    jest.spyOn(deps.store, 'find').mockRejectedValueOnce(new TypeError('secret internals'));
    const unknown = await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } });
    expect([unknown.statusCode, problemIn(unknown).error]).toEqual([500, 'INTERNAL']);
    expect(unknown.body).not.toContain('secret');
    expect(lines).toHaveLength(2);
  });

  it('a limit that cannot be read does not fail what was done', async () => {
    const { call, deps } = linksApi();
    deps.store.add(aLink());
    jest.spyOn(deps.rateLimits, 'peek').mockRejectedValue(new Error('did not answer'));
    expect((await call('GET', '/v1/urls/{code}', { params: { code: 'aB7x3Kq' } })).statusCode).toBe(200);
  });
});
