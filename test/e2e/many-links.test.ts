import { setTimeout as sleep } from 'node:timers/promises';
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

describe('creating in bulk', () => {
  const bulk = (body: unknown): Promise<Answer> => product.api('/v1/urls/bulk', { body });
  type Bulk = { created: number; failed: number; results: Readonly<Record<string, unknown>>[] };
  const valid = (count: number, prefix: string): object[] =>
    Array.from({ length: count }, (_, index) => ({ original_url: `https://example.com/${prefix}/${index}` }));

  test('1,000 links at once, each of them followed where it leads', async () => {
    const startedAtMs = Date.now();
    const answer = await bulk({ urls: valid(1_000, 'bulk') });
    expect(Date.now() - startedAtMs).toBeLessThan(10_000);
    const { created, failed, results } = answer.json<Bulk>();
    expect([answer.status, created, failed, results.length]).toEqual([201, 1_000, 0, 1_000]);
    expect(results.map(({ index }) => index)).toEqual(Array.from({ length: 1_000 }, (_, index) => index));
    expect(new Set(results.map(({ short_code }) => short_code)).size).toBe(1_000);
    for (const index of [0, 499, 999]) {
      const { short_code, short_url } = results[index] ?? {};
      expect(short_url).toBe(`${product.short}/${String(short_code)}`);
      const { status, headers } = await product.visit(`/${String(short_code)}`);
      expect([status, headers.get('location')]).toEqual([302, `https://example.com/bulk/${index}`]);
    }
  });

  const mixed = [
    { original_url: TARGET, custom_alias: 'bulk-good' },
    { original_url: 'javascript:alert(1)' },
    { original_url: TARGET, custom_alias: 'bulk-good' },
    { original_url: TARGET, owner: 'me' },
    'not even an object',
  ];
  const wrong = [
    { index: 1, error: 'INVALID_URL' },
    { index: 2, error: 'ALIAS_TAKEN' },
    { index: 3, error: 'VALIDATION_FAILED' },
    { index: 4, error: 'VALIDATION_FAILED' },
  ];

  test.each([{}, { mode: 'all_or_nothing' }])('one wrong entry and nothing is created: %j', async (mode) => {
    const refused = await bulk({ urls: mixed, ...mode });
    expect(refusal(refused)).toEqual([400, 'BULK_INVALID']);
    const invalid = problemIn(refused)['invalid_urls'];
    expect(invalid).toEqual(wrong.map((entry) => expect.objectContaining({ ...entry, detail: expect.any(String) })));
    expect((await product.api('/v1/urls/bulk-good')).status).toBe(404);
  });

  test('an alias that is taken already undoes all of all_or_nothing', async () => {
    await create({ original_url: TARGET, custom_alias: 'there-before' });
    const urls = [
      { original_url: TARGET, custom_alias: 'undone' },
      { original_url: TARGET, custom_alias: 'there-before' },
    ];
    const invalid = problemIn(await bulk({ urls }))['invalid_urls'];
    expect(invalid).toEqual([expect.objectContaining({ index: 1, error: 'ALIAS_TAKEN' })]);
    expect((await create({ original_url: TARGET, custom_alias: 'undone' })).status).toBe(201);
  });

  test('partial creates what is right and says what is wrong, entry by entry', async () => {
    const answer = await bulk({ urls: mixed, mode: 'partial' });
    const { created, failed, results } = answer.json<Bulk>();
    expect([answer.status, created, failed]).toEqual([201, 1, 4]);
    expect(results).toEqual([
      { index: 0, short_code: 'bulk-good', short_url: `${product.short}/bulk-good` },
      ...wrong.map((entry) => expect.objectContaining({ ...entry, detail: expect.any(String) })),
    ]);
  });

  test.each<[claim: string, body: unknown]>([
    ['1,001 URLs', { urls: Array.from({ length: 1_001 }, () => ({ original_url: TARGET })) }],
    ['no URL', { urls: [] }],
    ['no list', { urls: { original_url: TARGET } }],
    ['a mode nobody knows', { urls: [{ original_url: TARGET }], mode: 'most' }],
    ['a member nobody knows', { urls: [{ original_url: TARGET }], owner: 1 }],
  ])('%s are refused whole', async (_claim, body) => {
    expect(refusal(await bulk(body))).toEqual([400, 'VALIDATION_FAILED']);
  });

  test('takes nearly 4 MB, and answers 413 beyond', async () => {
    const urls = Array.from({ length: 500 }, (_, index) => ({
      original_url: `https://example.com/${index}/`.padEnd(8_100, 'x'),
    }));
    expect((await bulk({ urls })).status).toBe(201);
    expect(refusal(await bulk(`{"urls": [], "x": "${'x'.repeat(4 * 1024 * 1024)}"}`))).toEqual([
      413,
      'PAYLOAD_TOO_LARGE',
    ]);
  });
});

describe('listing links', () => {
  type List = { data: LinkAnswer[]; next_cursor: string | null };
  const list = async (query: string, key = product.freeKey): Promise<List> => {
    const answer = await product.api(`/v1/urls?${query}`, { key });
    expect(answer.status).toBe(200);
    return answer.json<List>();
  };
  const all = async (query: string, limit: number): Promise<LinkAnswer[]> => {
    const found: LinkAnswer[] = [];
    let cursor: string | null = null;
    do {
      const page: List = await list(
        `${query}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`,
        product.key,
      );
      expect(page.data.length).toBeLessThanOrEqual(limit);
      found.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return found;
  };
  const codes = (links: readonly LinkAnswer[]): string[] => links.map(({ short_code }) => short_code);

  /** Of the link that expires: long enough for it to be created before, on any machine. */
  const LIFETIME_MS = 2_000;
  let expiresAtMs: number;

  /** One by one, so that their times differ. */
  beforeAll(async () => {
    for (let index = 0; index < 23; index += 1) {
      if (index === 9) expiresAtMs = Date.now() + LIFETIME_MS;
      const created = await create({
        original_url: `https://example.com/listed/${index}`,
        custom_alias: `listed-${index}`,
        tags: ['listed', index % 2 === 0 ? 'even' : 'odd'],
        title: index === 7 ? 'Größter Fund' : null,
        external_id: index === 8 ? 'crm-8' : null,
        expires_at: index === 9 ? new Date(expiresAtMs).toISOString() : null,
      });
      expect(created.status).toBe(201);
      await sleep(2);
    }
    await product.api('/v1/urls/listed-10', { method: 'PATCH', body: { is_active: false } });
    await product.api('/v1/urls/listed-11', { method: 'DELETE' });
    for (const [code, times] of [
      ['listed-3', 3],
      ['listed-20', 2],
    ] as const) {
      for (let visits = 0; visits < times; visits += 1) await product.visit(`/${code}`);
    }
  }, 20_000);

  const LISTED = Array.from({ length: 23 }, (_, index) => `listed-${22 - index}`).filter(
    (code) => code !== 'listed-11',
  );

  test.each([1, 7, 22, 100])('all pages of %i hold every link once, newest first', async (limit) => {
    expect(codes(await all('tag=listed', limit))).toEqual(LISTED);
  });

  test('has 20 on a page when nobody says how many', async () => {
    const { data, next_cursor } = await list('tag=listed', product.key);
    expect([data.length, next_cursor]).toEqual([20, expect.any(String)]);
  });

  test('of the whole workspace walks to the end in pages of 100', async () => {
    const walked = codes(await all('sort=-created_at', 100));
    expect(walked.length).toBeGreaterThan(1_500);
    expect(new Set(walked).size).toBe(walked.length);
  });

  test.each<[query: string, found: string[]]>([
    ['tag=odd&tag=odd', LISTED.filter((code) => Number(code.slice(7)) % 2 === 1)],
    ['search=LISTED%2F20', ['listed-20']],
    ['search=gr%C3%B6%C3%9Fter', ['listed-7']],
    ['search=listed-2', ['listed-22', 'listed-21', 'listed-20', 'listed-2']],
    ['external_id=crm-8', ['listed-8']],
    ['tag=listed&status=disabled', ['listed-10']],
    ['tag=nobody', []],
    ['created_after=2999-01-01T00:00:00Z', []],
    ['created_before=2020-01-01T00:00:00Z', []],
  ])('%s finds exactly its links', async (query, found) => {
    expect(codes(await all(query, 100))).toEqual(found);
  });

  test('status tells active from expired', async () => {
    await sleep(Math.max(0, expiresAtMs - Date.now()));
    const expired = await eventually(
      () => all('tag=listed&status=expired', 50),
      (links) => links.length > 0,
      1_000,
    );
    expect(codes(expired)).toEqual(['listed-9']);
    const active = LISTED.filter((code) => !['listed-9', 'listed-10'].includes(code));
    expect(codes(await all('tag=listed&status=active', 50))).toEqual(active);
  });

  test('created_after and created_before leave out the moment itself', async () => {
    const { created_at } = (await product.api('/v1/urls/listed-15')).json<LinkAnswer>();
    const after = codes(await all(`tag=listed&created_after=${created_at}`, 50));
    const before = codes(await all(`tag=listed&created_before=${encodeURIComponent(created_at)}`, 50));
    expect([after.at(-1), before[0], after.length + before.length]).toEqual(['listed-16', 'listed-14', 21]);
  });

  test('-clicks puts the most clicked first and has every link once', async () => {
    const mostClicked = () => all('tag=listed&sort=-clicks', 5);
    const links = await eventually(mostClicked, ([first]) => first?.clicks === 3, 2_000);
    expect(links.slice(0, 3).map(({ short_code, clicks }) => [short_code, clicks])).toEqual([
      ['listed-3', 3],
      ['listed-20', 2],
      ['listed-22', 0],
    ]);
    expect(codes(links).toSorted()).toEqual(LISTED.toSorted());
  });

  test('another workspace sees none of them, and no cursor of ours opens a way in', async () => {
    expect(codes((await list('tag=listed')).data)).toEqual([]);
    const { next_cursor } = await list('tag=listed&limit=5', product.key);
    const refused = await product.api(`/v1/urls?cursor=${next_cursor ?? ''}`, { key: product.freeKey });
    expect(refusal(refused)).toEqual([400, 'VALIDATION_FAILED']);
    expect(problemIn(refused).errors?.[0]?.path).toBe('cursor');
  });

  test.each([
    'limit=0',
    'limit=101',
    'limit=ten',
    'cursor=forged',
    'sort=clicks',
    'status=lost',
    'created_after=today',
  ])('%s is refused by its name', async (query) => {
    const refused = await product.api(`/v1/urls?${query}`);
    expect(refusal(refused)).toEqual([400, 'VALIDATION_FAILED']);
    expect(problemIn(refused).errors?.map(({ path }) => path)).toEqual([query.split('=')[0]]);
  });
});
