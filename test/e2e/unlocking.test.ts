import { problemIn, refusal } from './problem.ts';
import { type Answer, eventually, type Product, startProduct } from './product.ts';
import { PASSWORD, SECRET_TARGET, visiting } from './visiting.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const { counted, link, unlock, visit } = visiting(() => product);
const form = (code: string, password: string): Promise<Answer> =>
  visit(`/${code}`, {
    body: new URLSearchParams({ password }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

describe('unlocking', () => {
  test.each(['app', 'short'] as const)(
    'on the %s domain answers token, address and a cookie for its path only',
    async (door) => {
      const code = await link({ original_url: SECRET_TARGET, password: PASSWORD });
      const answer = await unlock(code, PASSWORD, door);
      const { unlock_token, redirect_url } = answer.json<{ unlock_token: string; redirect_url: string }>();
      expect([answer.status, redirect_url]).toEqual([200, `${product.short}/${code}?unlock_token=${unlock_token}`]);
      expect(answer.text).not.toContain('secret.example');
      const [cookie = ''] = answer.headers.getSetCookie();
      expect(cookie).toBe(`signpost_unlock=${unlock_token}; Path=/${code}; Max-Age=3600; HttpOnly; SameSite=Lax`);

      for (const visited of [
        await visit(`/${code}`, { headers: { cookie: cookie.split(';')[0] ?? '' } }),
        await visit(`/${code}`, { headers: { cookie: `other=1; ${cookie.split(';')[0] ?? ''}; more=2` } }),
        await visit(new URL(redirect_url).pathname + new URL(redirect_url).search),
      ]) {
        expect([visited.status, visited.headers.get('location')]).toEqual([302, SECRET_TARGET]);
      }
      expect((await counted(code, 3)).total).toBe(3);
    },
  );

  test('by the page’s form comes back with 303 to the link itself, which then leads on', async () => {
    const code = await link({ original_url: SECRET_TARGET, password: PASSWORD });
    const page = await visit(`/${code}`);
    expect(page.text).toContain(`<form method="post" action="/${code}">`);
    const wrong = await form(code, 'guess');
    expect([wrong.status, wrong.headers.getSetCookie()]).toEqual([401, []]);
    expect(wrong.text).toMatch(/Wrong password\. 4 tries left\./);
    expect(wrong.text).toMatch(/aria-describedby="error"/);
    const right = await form(code, PASSWORD);
    expect([right.status, right.headers.get('location')]).toEqual([303, `/${code}`]);
    const cookie = right.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const visited = await visit(`/${code}`, { headers: { cookie } });
    expect([visited.status, visited.headers.get('location')]).toEqual([302, SECRET_TARGET]);
    expect((await counted(code, 1)).total).toBe(1);
  });

  test('never sends the token on to the target', async () => {
    const code = await link({ original_url: SECRET_TARGET, password: PASSWORD, forward_query: true });
    const { unlock_token } = (await unlock(code, PASSWORD)).json<{ unlock_token: string }>();
    const { headers } = await visit(`/${code}?a=1&unlock_token=${unlock_token}`);
    expect(headers.get('location')).toBe(`${SECRET_TARGET}?a=1`);
  });

  test('a token opens its own link only, and none after the password has changed', async () => {
    const [one, other] = [await link({ password: PASSWORD }), await link({ password: PASSWORD })];
    const { unlock_token } = (await unlock(one, PASSWORD)).json<{ unlock_token: string }>();
    expect((await visit(`/${other}?unlock_token=${unlock_token}`)).status).toBe(403);
    expect((await visit(`/${one}?unlock_token=${unlock_token}x`)).status).toBe(403);
    await product.api(`/v1/urls/${one}`, { method: 'PATCH', body: { password: 'another one' } });
    const old = async () => (await visit(`/${one}?unlock_token=${unlock_token}`)).status;
    await eventually(old, (status) => status === 403, 2_000);
  });

  test.each(['api', 'form'] as const)('five wrong passwords by %s lock it, for the right one too', async (way) => {
    const code = await link({ original_url: SECRET_TARGET, password: PASSWORD });
    const attempt = (password: string) => (way === 'api' ? unlock(code, password) : form(code, password));
    for (const left of [4, 3, 2, 1, 0]) {
      const wrong = await attempt('guess');
      expect(wrong.status).toBe(401);
      if (way === 'api')
        expect(problemIn(wrong)).toMatchObject({ error: 'INVALID_PASSWORD', attempts_remaining: left });
    }
    const right = await attempt(PASSWORD);
    expect([right.status, right.headers.getSetCookie()]).toEqual([429, []]);
    const retryAfterS = Number(right.headers.get('retry-after'));
    expect(retryAfterS).toBeGreaterThan(590);
    expect(retryAfterS).toBeLessThanOrEqual(600);
    if (way === 'api') expect(problemIn(right)).toMatchObject({ error: 'UNLOCK_LOCKED', retry_after: retryAfterS });
    else expect(right.text).toContain('Too many tries');
  });

  test('of 20 guesses at once five are looked at', async () => {
    const code = await link({ password: PASSWORD });
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await unlock(code, 'guess')).status));
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  test.each<[claim: string, code: () => Promise<string>, status: number, word: string]>([
    ['what is not there', async () => 'no-such-link', 404, 'URL_NOT_FOUND'],
    ['what is no code', async () => 'a%20b', 404, 'URL_NOT_FOUND'],
  ])('%s is refused', async (_claim, codeOf, status, word) => {
    expect(refusal(await unlock(await codeOf(), PASSWORD))).toEqual([status, word]);
  });

  test.each<[body: unknown, status: number, word: string]>([
    [{}, 400, 'VALIDATION_FAILED'],
    [{ password: '' }, 400, 'VALIDATION_FAILED'],
    [{ password: 5 }, 400, 'VALIDATION_FAILED'],
    [{ password: 'x', more: 1 }, 400, 'VALIDATION_FAILED'],
    ['{', 400, 'INVALID_JSON'],
    [{ password: 'x'.repeat(5_000) }, 413, 'PAYLOAD_TOO_LARGE'],
  ])('a body of %.40j is refused without taking a try', async (body, status, word) => {
    const code = await link({ password: PASSWORD });
    expect(refusal(await visit(`/v1/urls/${code}/unlock`, { body }))).toEqual([status, word]);
    expect(problemIn(await unlock(code, 'guess'))['attempts_remaining']).toBe(4);
  });
});
