import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import { problemIn, refusal } from './problem.ts';
import { type Answer, eventually, type Product, startProduct } from './product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const create = (body: object, key = product.key): Promise<Answer> => product.api('/v1/urls', { body, key });
const TARGET = 'https://example.com/a?b=c';

describe('creating a link', () => {
  test('needs a target only, and answers every member of the contract with its Location and ETag', async () => {
    const created = await create({ original_url: TARGET });
    const link = created.json<LinkAnswer>();
    expect([created.status, created.headers.get('location'), created.headers.get('etag')]).toEqual([
      201,
      `/v1/urls/${link.short_code}`,
      '"1"',
    ]);
    expect(link).toEqual({
      short_code: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{7}$/),
      short_url: `${product.short}/${link.short_code}`,
      original_url: TARGET,
      is_custom_alias: false,
      is_active: true,
      password_protected: false,
      expires_at: null,
      max_clicks: null,
      title: null,
      tags: [],
      external_id: null,
      redirect_status: 302,
      forward_query: false,
      clicks: 0,
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      updated_at: link.created_at,
    });
    expect((await product.api(`/v1/urls/${link.short_code}`)).json()).toEqual(link);
  });

  test('takes every member of the contract, and never gives the password back', async () => {
    const expires_at = '2040-01-15T00:00:00Z';
    const body = {
      original_url: TARGET,
      custom_alias: 'with-all',
      expires_at,
      max_clicks: 1000,
      password: 'correct horse battery',
      title: 'All of it',
      tags: ['spring'],
      external_id: 'crm-7',
      redirect_status: 307,
      forward_query: true,
      if_exists: 'create',
    };
    const created = await create(body);
    expect(created.status).toBe(201);
    const { custom_alias, password, if_exists: _ifExists, ...kept } = body;
    const expected = { ...kept, short_code: custom_alias, is_custom_alias: true, password_protected: true };
    expect(created.json()).toMatchObject({ ...expected, expires_at: '2040-01-15T00:00:00.000Z' });
    const answers = [created, await product.api('/v1/urls/with-all'), await product.api('/v1/urls')];
    for (const { text } of answers) expect(text).not.toMatch(new RegExp(`${password}|argon2|unlock_?key`, 'i'));
  });

  test('stores and sends the target as the URL standard writes it', async () => {
    const link = (await create({ original_url: 'HTTP://Exämple.com:80/ä b/../c?q=ü#f' })).json<LinkAnswer>();
    expect(link.original_url).toBe('http://xn--exmple-cua.com/c?q=%C3%BC#f');
    const visit = await product.visit(`/${link.short_code}`);
    expect(visit.headers.get('location')).toBe(link.original_url);
  });

  test('takes a target of 8,192 bytes, and not one more', async () => {
    const fits = 'https://example.com/'.padEnd(8_192, 'x');
    expect((await create({ original_url: fits })).status).toBe(201);
    expect(refusal(await create({ original_url: `${fits}x` }))).toEqual([400, 'INVALID_URL']);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'ftp://example.com/',
    'not a url',
    '//example.com',
    '',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://exam\tple.com/',
    'https://example.com/\r\nSet-Cookie: a=b',
    'https://example.com/\u0000',
    'http://localhost/',
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.1.2.3/',
    'http://192.168.0.1:8080/',
    'http://printer/',
    'http://a.internal/',
  ])('refuses the target %j', async (original_url) => {
    expect(refusal(await create({ original_url }))).toEqual([400, 'INVALID_URL']);
  });

  test('refuses a target on its own short domain, however it is spelled', async () => {
    const port = new URL(product.short).port;
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `localhost.:${port}`]) {
      expect(refusal(await create({ original_url: `http://${host}/abc` }))).toEqual([400, 'INVALID_URL']);
    }
  });

  test.each(['abc', 'a-b_C9', 'x'.repeat(20)])('takes the alias %s', async (custom_alias) => {
    const created = await create({ original_url: TARGET, custom_alias });
    expect([created.status, created.json<LinkAnswer>().short_url]).toEqual([201, `${product.short}/${custom_alias}`]);
  });

  test.each(
    [
      ['ab', 'x'.repeat(21), 'with space', 'ümlaut', 'ａｂｃ', 'a/b', 'a.b', 'a+b', '', 'abc\n'],
      ['admin', 'API', 'health', 'docs', 'v1', 'openapi', '__proto__', 'constructor', 'toString', 'url', 'urls'],
    ].flat(),
  )('refuses the alias %j', async (custom_alias) => {
    expect(refusal(await create({ original_url: TARGET, custom_alias }))).toEqual([400, 'INVALID_ALIAS']);
  });

  test('a taken alias is 409 with two or three free ones, for anybody', async () => {
    await create({ original_url: TARGET, custom_alias: 'popular' });
    const refused = await create({ original_url: 'https://example.org/', custom_alias: 'popular' }, product.freeKey);
    expect(refusal(refused)).toEqual([409, 'ALIAS_TAKEN']);
    const suggestions = problemIn(refused)['suggestions'] as string[];
    expect([2, 3]).toContain(suggestions.length);
    for (const custom_alias of suggestions) {
      expect((await create({ original_url: TARGET, custom_alias })).status).toBe(201);
    }
  });

  test.each<[claim: string, members: object, path: string]>([
    ['an expiry that has passed', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['an expiry that is no time', { expires_at: 'tomorrow' }, 'expires_at'],
    ['no clicks at all', { max_clicks: 0 }, 'max_clicks'],
    ['half a click', { max_clicks: 1.5 }, 'max_clicks'],
    ['21 tags', { tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, 'tags'],
    ['a tag of 51 characters', { tags: ['ok', 'x'.repeat(51)] }, 'tags[1]'],
    ['a status that is no redirect', { redirect_status: 200 }, 'redirect_status'],
    ['an if_exists nobody knows', { if_exists: 'replace' }, 'if_exists'],
    ['an owner of its own', { workspace_id: 'ws_demofree' }, 'workspace_id'],
    ['a click count of its own', { clicks: 5 }, 'clicks'],
    ['a code of its own', { short_code: 'mine' }, 'short_code'],
    ['__proto__', JSON.parse('{"__proto__": {"x": 1}}') as object, '__proto__'],
  ])('%s is named with its path', async (_claim, members, path) => {
    const body = `{"original_url":"${TARGET}",${JSON.stringify(members).slice(1)}`;
    const refused = await product.api('/v1/urls', { body });
    expect(refusal(refused)).toEqual([400, 'VALIDATION_FAILED']);
    expect(problemIn(refused).errors).toEqual([{ path, code: expect.any(String), message: expect.any(String) }]);
  });

  test('every broken member has its own entry', async () => {
    const refused = await create({ max_clicks: 0, tags: [1], surprise: true });
    const paths = problemIn(refused).errors?.map(({ path }) => path);
    expect(paths?.toSorted()).toEqual(['max_clicks', 'original_url', 'surprise', 'tags[0]']);
  });

  test('if_exists=return answers the workspace’s own link to the same normalised target, with 200', async () => {
    const first = await create({ original_url: 'https://example.com/once', if_exists: 'return' });
    const again = await create({ original_url: 'HTTPS://EXAMPLE.com:443/once', if_exists: 'return' });
    const foreign = await create({ original_url: 'https://example.com/once', if_exists: 'return' }, product.freeKey);
    const { short_code } = first.json<LinkAnswer>();
    expect([first.status, again.status, again.json<LinkAnswer>().short_code]).toEqual([201, 200, short_code]);
    expect([foreign.status, foreign.json<LinkAnswer>().short_code === short_code]).toEqual([201, false]);
  });

  test('/url/shorten is the same handler with the same answers', async () => {
    const created = await product.api('/url/shorten', { body: { original_url: TARGET, custom_alias: 'shortened' } });
    expect([created.status, created.headers.get('location')]).toEqual([201, '/v1/urls/shortened']);
    expect((await product.api('/v1/urls/shortened')).json()).toEqual(created.json());
    expect(refusal(await product.api('/url/shorten', { body: { original_url: 'x' } }))).toEqual([400, 'INVALID_URL']);
    expect(refusal(await product.api('/url/shorten', { body: {}, key: null }))).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('changing and deleting a link', () => {
  const change = (code: string, body: unknown, headers = {}): Promise<Answer> =>
    product.api(`/v1/urls/${code}`, { method: 'PATCH', body, headers });

  test('changes what is named and nothing else, and visitors are sent on at once', async () => {
    const before = (
      await create({ original_url: TARGET, custom_alias: 'moving', title: 'Old', tags: ['a'] })
    ).json<LinkAnswer>();
    expect((await product.visit('/moving')).headers.get('location')).toBe(TARGET);
    const changed = await change('moving', { original_url: 'https://example.org/new', title: null });
    const after = changed.json<LinkAnswer>();
    expect(after).toEqual({
      ...before,
      original_url: 'https://example.org/new',
      title: null,
      version: 2,
      clicks: expect.any(Number),
      updated_at: after.updated_at,
    });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    const moved = async () => (await product.visit('/moving')).headers.get('location');
    await eventually(moved, (location) => location === 'https://example.org/new', 2_000);
  });

  test('honours If-Match on PATCH and DELETE', async () => {
    const { headers } = await create({ original_url: TARGET, custom_alias: 'matched' });
    const first = { 'if-match': headers.get('etag') ?? '' };
    expect((await change('matched', { title: 'b' }, first)).status).toBe(200);
    expect(refusal(await change('matched', { title: 'c' }, first))).toEqual([412, 'VERSION_CONFLICT']);
    expect(refusal(await change('matched', { title: 'c' }, { 'if-match': 'W/"2"' }))).toEqual([
      412,
      'VERSION_CONFLICT',
    ]);
    const remove = (ifMatch: string) =>
      product.api('/v1/urls/matched', { method: 'DELETE', headers: { 'if-match': ifMatch } });
    expect(refusal(await remove('"1"'))).toEqual([412, 'VERSION_CONFLICT']);
    expect((await product.api('/v1/urls/matched')).json<LinkAnswer>().title).toBe('b');
    const removed = await remove('"2"');
    expect([removed.status, removed.text]).toEqual([204, '']);
  });

  test('a deleted code stays taken: gone for visitors, unknown to its owner, never anybody else’s', async () => {
    await create({ original_url: TARGET, custom_alias: 'buried' });
    await product.api('/v1/urls/buried', { method: 'DELETE' });
    expect(refusal(await product.api('/v1/urls/buried'))).toEqual([404, 'URL_NOT_FOUND']);
    expect(refusal(await product.api('/v1/urls/buried', { method: 'DELETE' }))).toEqual([404, 'URL_NOT_FOUND']);
    const look = async () => (await product.visit('/buried', { method: 'HEAD' })).status;
    await eventually(look, (status) => status === 410, 2_000);
    expect(refusal(await create({ original_url: TARGET, custom_alias: 'buried' }, product.freeKey))).toEqual([
      409,
      'ALIAS_TAKEN',
    ]);
  });

  test('another workspace’s link is the same 404 as none', async () => {
    await create({ original_url: TARGET, custom_alias: 'not-yours' });
    const asked = async (path: string, method: string, body?: unknown): Promise<unknown> => {
      const { status, json } = await product.api(path, { method, body, key: product.freeKey });
      return { ...json<object>(), status, request_id: null };
    };
    for (const [method, suffix, body] of [
      ['GET', ''],
      ['PATCH', '', { title: 'x' }],
      ['DELETE', ''],
      ['GET', '/stats'],
    ] as const) {
      const foreign = await asked(`/v1/urls/not-yours${suffix}`, method, body);
      expect(foreign).toMatchObject({ status: 404, error: 'URL_NOT_FOUND' });
      expect(foreign).toEqual(await asked(`/v1/urls/no-such-link${suffix}`, method, body));
    }
    expect((await product.api('/v1/urls/not-yours')).json<LinkAnswer>()).toMatchObject({ title: null, version: 1 });
  });

  test.each<[claim: string, body: object, word: string]>([
    ['a target that is none', { original_url: 'javascript:alert(1)' }, 'INVALID_URL'],
    ['a past expiry', { expires_at: '2020-01-01T00:00:00Z' }, 'VALIDATION_FAILED'],
    ['another alias', { custom_alias: 'renamed' }, 'VALIDATION_FAILED'],
    ['another owner', { workspace_id: 'ws_demofree' }, 'VALIDATION_FAILED'],
    ['another version', { version: 9 }, 'VALIDATION_FAILED'],
  ])('cannot be given %s', async (_claim, body, word) => {
    await create({ original_url: TARGET, custom_alias: 'unmoved' });
    expect(refusal(await change('unmoved', body))).toEqual([400, word]);
    expect((await product.api('/v1/urls/unmoved')).json<LinkAnswer>().version).toBe(1);
  });
});
