import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import { AGENT_OF } from '../fixtures/user-agents.ts';
import { problemIn, refusal } from './problem.ts';
import { BROWSER, eventually, type Product, startProduct } from './product.ts';
import { PASSWORD, SECRET_TARGET, type Stats, TARGET, visiting } from './visiting.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const { counted, link, statsOf, unlock, visit } = visiting(() => product);
const JSON_WANTED = { headers: { accept: 'application/json' } };

/** A change is seen by every visitor within two seconds; looking counts nothing. */
async function seenAs(code: string, status: number): Promise<string> {
  const look = () => visit(`/${code}`, { method: 'HEAD' });
  await eventually(look, (seen) => seen.status === status, 2_000);
  return code;
}

describe('a link that is alive', () => {
  test('sends on with 302, its Location, and the word that nobody may keep the answer', async () => {
    const { status, headers, text } = await visit(`/${await link({})}`);
    expect([status, headers.get('location'), headers.get('cache-control'), text]).toEqual([
      302,
      TARGET,
      'private, no-store',
      '',
    ]);
  });

  test.each([301, 302, 307, 308])('sends on with its own status %i', async (redirect_status) => {
    expect((await visit(`/${await link({ redirect_status })}`)).status).toBe(redirect_status);
  });

  test('passes its query on only where it says so', async () => {
    const plain = await link({});
    const passing = await link({ forward_query: true });
    expect((await visit(`/${plain}?b=2`)).headers.get('location')).toBe(TARGET);
    expect((await visit(`/${passing}?b=2&c=%20x`)).headers.get('location')).toBe(`${TARGET}&b=2&c=%20x`);
  });

  test('answers HEAD like GET, without a body and without a click; GET is one click', async () => {
    const code = await link({});
    const looked = await visit(`/${code}`, { method: 'HEAD' });
    expect([looked.status, looked.headers.get('location'), looked.text]).toEqual([302, TARGET, '']);
    await visit(`/${code}`);
    await counted(code, 1);
    expect((await statsOf(code)).total).toBe(1);
  });
});

type Refused = {
  readonly status: number;
  readonly word: string;
  readonly page: RegExp;
  readonly code: () => Promise<string>;
};
const REFUSED: readonly (readonly [claim: string, refused: Refused])[] = [
  ['unknown', { status: 404, word: 'URL_NOT_FOUND', page: /doesn’t exist/, code: async () => 'no-such-link' }],
  ['a code no link can have', { status: 404, word: 'URL_NOT_FOUND', page: /doesn’t exist/, code: async () => 'x' }],
  [
    'disabled',
    {
      status: 410,
      word: 'URL_DISABLED',
      page: /switched off/,
      code: async () => {
        const code = await link({});
        await product.api(`/v1/urls/${code}`, { method: 'PATCH', body: { is_active: false } });
        return seenAs(code, 410);
      },
    },
  ],
  [
    'deleted',
    {
      status: 410,
      word: 'URL_DISABLED',
      page: /switched off/,
      code: async () => {
        const code = await link({});
        await product.api(`/v1/urls/${code}`, { method: 'DELETE' });
        return seenAs(code, 410);
      },
    },
  ],
  [
    'expired',
    {
      status: 410,
      word: 'URL_EXPIRED',
      page: /has expired/,
      code: async () => {
        const code = await link({ expires_at: new Date(Date.now() + 150).toISOString() });
        await new Promise((resolve) => setTimeout(resolve, 160));
        return code;
      },
    },
  ],
  [
    'used up',
    {
      status: 410,
      word: 'CLICK_LIMIT_REACHED',
      page: /used up/,
      code: async () => {
        const code = await link({ max_clicks: 1 });
        expect((await visit(`/${code}`)).status).toBe(302);
        await counted(code, 1);
        return code;
      },
    },
  ],
  [
    'protected',
    { status: 403, word: 'PASSWORD_REQUIRED', page: /type="password"/, code: () => link({ password: PASSWORD }) },
  ],
];

describe.each(REFUSED)('a link that is %s', (_claim, { status, word, page, code: codeOf }) => {
  let code: string;
  let clicksBefore: number;
  beforeAll(async () => {
    code = await codeOf();
    clicksBefore = word === 'CLICK_LIMIT_REACHED' ? 1 : 0;
  });

  test('gives a browser a small page without script', async () => {
    const { status: answered, headers, text } = await visit(`/${code}`);
    expect([answered, headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(text).toMatch(page);
    expect(text).not.toMatch(/<script|javascript:|\son\w+=|src=|https?:\/\/(?!localhost)/i);
    expect(Buffer.byteLength(text)).toBeLessThan(10_240);
    expect([headers.get('x-robots-tag'), headers.get('cache-control')]).toEqual(['noindex', 'private, no-store']);
  });

  test('gives a program a problem document', async () => {
    expect(refusal(await visit(`/${code}`, JSON_WANTED))).toEqual([status, word]);
    expect((await visit(`/${code}`, JSON_WANTED)).headers.get('vary')).toBe('accept');
  });

  test('answers HEAD with the same status and no body', async () => {
    const looked = await visit(`/${code}`, { method: 'HEAD' });
    expect([looked.status, looked.text]).toEqual([status, '']);
  });

  test('tells its target to nobody', async () => {
    for (const call of [{}, JSON_WANTED, { method: 'HEAD' }]) {
      const { text, headers } = await visit(`/${code}`, call);
      expect([text.includes('landing'), headers.get('location')]).toEqual([false, null]);
    }
  });

  test('counts no click', async () => {
    if (word === 'URL_NOT_FOUND') return;
    const owned = await product.api(`/v1/urls/${code}/stats`);
    if (owned.status === 200) expect(owned.json<Stats>().total).toBe(clicksBefore);
    else expect(refusal(owned)).toEqual([404, 'URL_NOT_FOUND']);
  });
});

describe('what refusals say besides', () => {
  test('when a link expired', async () => {
    const expires_at = new Date(Date.now() + 100).toISOString();
    const code = await link({ expires_at });
    await new Promise((resolve) => setTimeout(resolve, 110));
    expect(problemIn(await visit(`/${code}`, JSON_WANTED))['expired_at']).toBe(expires_at);
  });

  test('how to unlock', async () => {
    const code = await link({ password: PASSWORD });
    const { action } = problemIn(await visit(`/${code}`, JSON_WANTED));
    expect(action).toEqual({ method: 'POST', endpoint: `/v1/urls/${code}/unlock` });
  });
});

describe('a link with max_clicks', () => {
  test('lets the first N through and never one more, however many come at once', async () => {
    const code = await link({ max_clicks: 5 });
    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await visit(`/${code}`)).status));
    expect(statuses.filter((status) => status === 302)).toHaveLength(5);
    expect(statuses.filter((status) => status === 410)).toHaveLength(25);
    expect((await counted(code, 5)).total).toBe(5);
  });

  test('is not used up by HEAD, previews and prefetches', async () => {
    const code = await link({ max_clicks: 1 });
    for (let round = 0; round < 3; round += 1) {
      expect((await visit(`/${code}`, { method: 'HEAD' })).status).toBe(302);
      expect((await visit(`/${code}+`)).status).toBe(200);
      expect((await visit(`/${code}`, { headers: { 'sec-purpose': 'prefetch' } })).status).toBe(425);
    }
    expect((await visit(`/${code}`)).status).toBe(302);
    expect((await visit(`/${code}`, { method: 'HEAD' })).status).toBe(410);
  });
});

describe('a prefetch', () => {
  test.each<Record<string, string>>([
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'x-moz': 'prefetch' },
  ])('%j is answered and not counted', async (headers) => {
    const code = await link({});
    expect((await visit(`/${code}`, { headers })).status).toBe(302);
    await visit(`/${code}`);
    expect((await counted(code, 1)).total).toBe(1);
  });
});

describe('the preview', () => {
  test('says where a link leads and since when, and counts nothing', async () => {
    const code = await link({});
    const page = await visit(`/${code}+`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('example.com');
    expect(page.text).toContain('https://example.com/landing?a=1');
    expect(page.text).toContain(new Date().toISOString().slice(0, 10));
    expect(page.text).toContain(`href="/${code}"`);
    expect((await visit(`/${code}+`, JSON_WANTED)).json()).toEqual({
      short_code: code,
      original_url: TARGET,
      password_protected: false,
      created_at: expect.any(String),
    });
    await visit(`/${code}`);
    expect((await counted(code, 1)).total).toBe(1);
  });

  test('of a protected link shows no target, also to who has unlocked it', async () => {
    const code = await link({ original_url: SECRET_TARGET, password: PASSWORD });
    const { unlock_token } = (await unlock(code, PASSWORD)).json<{ unlock_token: string }>();
    for (const call of [{}, JSON_WANTED, { headers: { cookie: `signpost_unlock=${unlock_token}` } }]) {
      const { status, text } = await visit(`/${code}+`, call);
      expect([status, text.includes('secret.example')]).toEqual([200, false]);
    }
  });

  test('of what is not there is the same refusal as a visit', async () => {
    expect((await visit('/no-such-link+')).status).toBe(404);
  });
});

describe('statistics', () => {
  test('hold a click within two seconds, with where and on what it was made', async () => {
    const code = await link({});
    const from = (viewer: string, agent = BROWSER) =>
      visit(`/${code}`, { headers: { 'x-signpost-viewer': viewer, 'user-agent': agent } });
    await from('country=DE;region=BE;city=Berlin', AGENT_OF.mobile);
    // What the user agent tells corrects what CloudFront guesses.
    await from('country=DE;device=mobile', AGENT_OF.tablet);
    await from('country=BR;device=desktop', AGENT_OF.unknown);
    await from('country=BR;device=tv', 'Googlebot/2.1 (+http://www.google.com/bot.html)');
    const today = new Date().toISOString().slice(0, 10);
    const stats = await counted(code, 4);
    expect(stats).toEqual({
      short_code: code,
      from_day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      timezone: 'UTC',
      total: 4,
      bots: 1,
      by_day: [{ day: today, clicks: 4 }],
      by_hour: [{ hour: expect.stringMatching(new RegExp(`^${today}T\\d\\d:00:00Z$`)), clicks: 4 }],
      by_country: [
        { country: 'BR', clicks: 2 },
        { country: 'DE', clicks: 2 },
      ],
      by_device: expect.arrayContaining(['mobile', 'tablet', 'desktop', 'tv'].map((device) => ({ device, clicks: 1 }))),
      counted_through: expect.stringMatching(/Z$/),
    });
    expect((await product.api(`/v1/urls/${code}`)).json<LinkAnswer>().clicks).toBe(4);
  });

  test('marks visits without a user agent as bots', async () => {
    const code = await link({});
    await visit(`/${code}`, { headers: { 'user-agent': '' } });
    expect(await counted(code, 1)).toMatchObject({ total: 1, bots: 1 });
  });

  test.each(['0', '-1', '1.5', 'all', '10000'])('days=%s is refused', async (days) => {
    expect(refusal(await product.api(`/v1/urls/${await link({})}/stats?days=${days}`))).toEqual([
      400,
      'VALIDATION_FAILED',
    ]);
  });
});
