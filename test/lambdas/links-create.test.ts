import { linkAnswer } from '../../lambdas/links/schemas.ts';
import { REQUEST_ID } from '../fixtures/events.ts';
import { aLink, LINK_PASSWORD, TARGET } from '../fixtures/links.ts';
import { linksApi, parsed } from '../fixtures/links-api.ts';
import { memoryClickTotals } from '../fixtures/memory-click-totals.ts';
import { problemIn } from '../fixtures/problems.ts';

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
    [{}, 'original_url', 'required'],
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
