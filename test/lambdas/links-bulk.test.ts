import { LINK_PASSWORD, TARGET } from '../fixtures/links.ts';
import { linksApi, parsed } from '../fixtures/links-api.ts';
import { problemIn } from '../fixtures/problems.ts';

const URL_ = { original_url: TARGET };

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
