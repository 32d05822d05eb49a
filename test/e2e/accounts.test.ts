import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import type { Person } from './people.ts';
import {
  cookiesIn,
  joinWorkspace,
  mailsTo,
  newEmail,
  newPassword,
  open,
  signIn,
  signUp,
  tokenMailedTo,
} from './people.ts';
import { problemIn, refusal } from './problem.ts';
import type { Answer, Product } from './product.ts';
import { eventually, startProduct } from './product.ts';

/** The tour of a new user, from the first mail to the last byte, and what sign-in does when it is not theirs. */
let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

const TARGET = 'https://example.com/tour';

describe('a new user', () => {
  let owner: Person;
  let viewer: Person;
  let apiKey: { readonly id: string; readonly key: string };
  let code: string;

  test('registers, follows the mail, and is signed in by cookie and by token', async () => {
    owner = await signUp(product, 'Ada Lovelace');
    const byToken = await owner.api('/v1/users/me');
    const byCookie = await product.api('/v1/users/me', { key: null, headers: { cookie: owner.cookie } });
    expect(byToken.json()).toMatchObject({ email: owner.email, name: 'Ada Lovelace', email_verified: true });
    expect(byCookie.text).toBe(byToken.text);
  });

  test('gets cookies no script can read and no other site can use', async () => {
    const answer = await signIn(product, owner.email, owner.password);
    expect(answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 900, user: { email: owner.email } });
    const cookies = answer.headers.getSetCookie();
    expect(new Set(cookies.map((cookie) => cookie.split('=')[0]))).toEqual(
      new Set(['__Host-signpost_access', '__Host-signpost_device', '__Host-signpost_refresh']),
    );
    for (const cookie of cookies) {
      for (const attribute of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax'])
        expect(cookie).toContain(`; ${attribute}`);
    }
    expect(answer.text).not.toContain('sr.');
  });

  test('needs the CSRF header for what changes something by cookie', async () => {
    const rename = (headers: Record<string, string>): Promise<Answer> =>
      product.api('/v1/users/me', { method: 'PATCH', body: { name: 'Ada' }, key: null, headers });
    expect(refusal(await rename({ cookie: owner.cookie }))).toEqual([403, 'CSRF_HEADER_REQUIRED']);
    expect((await rename({ cookie: owner.cookie, 'x-signpost-csrf': '1' })).status).toBe(200);
    const form = { cookie: owner.cookie, 'content-type': 'application/x-www-form-urlencoded' };
    expect(
      (await product.api('/v1/users/me', { method: 'PATCH', body: 'name=x', key: null, headers: form })).status,
    ).toBe(403);
  });

  test('makes a key and shortens with it', async () => {
    const made = await owner.api('/v1/api-keys', { body: { name: 'CI', scopes: ['urls:read', 'urls:write'] } });
    expect(made.status).toBe(201);
    apiKey = made.json();
    const listed = await owner.api('/v1/api-keys');
    expect(listed.text).not.toContain(apiKey.key);
    const created = await product.api('/v1/urls', { body: { original_url: TARGET }, key: apiKey.key });
    expect(created.status).toBe(201);
    code = created.json<LinkAnswer>().short_code;
    expect((await product.visit(`/${code}`)).status).toBe(302);
    // The same link, seen as the person: a key and a person of one workspace see one workspace.
    expect((await owner.api(`/v1/urls/${code}`)).status).toBe(200);
    await eventually(
      async () =>
        (await owner.api('/v1/api-keys')).json<{ data: { id: string; last_used_at: string | null }[] }>().data,
      (keys) => keys.find(({ id }) => id === apiKey.id)?.last_used_at !== null,
      3_000,
    );
  });

  test('invites a second user as viewer, who may look and not create', async () => {
    viewer = await signUp(product, 'Charles');
    await joinWorkspace(product, owner, owner.workspaceId, viewer, 'viewer');
    const there = { 'x-signpost-workspace': owner.workspaceId };
    expect((await viewer.api(`/v1/urls/${code}`, { headers: there })).status).toBe(200);
    const refused = await viewer.api('/v1/urls', { body: { original_url: TARGET }, headers: there });
    expect(refusal(refused)).toEqual([403, 'FORBIDDEN']);
    expect(problemIn(refused).detail).toContain('viewer');
    // In their own workspace they may, and the other's link is not there.
    expect((await viewer.api('/v1/urls', { body: { original_url: TARGET } })).status).toBe(201);
    expect(refusal(await viewer.api(`/v1/urls/${code}`))).toEqual([404, 'URL_NOT_FOUND']);
  });

  test('revokes: a key, a member and a session stop within two seconds', async () => {
    expect((await owner.api(`/v1/api-keys/${apiKey.id}`, { method: 'DELETE' })).status).toBe(204);
    await eventually(
      async () => (await product.api('/v1/urls', { key: apiKey.key })).status,
      (status) => status === 401,
      2_000,
    );

    const member = `/v1/workspaces/${owner.workspaceId}/members/${viewer.id}`;
    expect((await owner.api(member, { method: 'DELETE' })).status).toBe(204);
    const there = { 'x-signpost-workspace': owner.workspaceId };
    await eventually(
      async () => (await viewer.api('/v1/urls', { headers: there })).status,
      (status) => status === 404,
      2_000,
    );

    const other = (await signIn(product, owner.email, owner.password)).json<{ access_token: string }>().access_token;
    expect((await product.api('/v1/users/me', { key: other })).status).toBe(200);
    const sessions = (await product.api('/v1/sessions', { key: other })).json<{
      data: { id: string; current: boolean }[];
    }>();
    const current = sessions.data.find((one) => one.current);
    expect((await owner.api(`/v1/sessions/${current?.id}`, { method: 'DELETE' })).status).toBe(204);
    await eventually(
      async () => (await product.api('/v1/users/me', { key: other })).status,
      (status) => status === 401,
      2_000,
    );
    expect((await owner.api('/v1/users/me')).status).toBe(200);
  });

  test('sees who did what', async () => {
    const { data } = (await owner.api('/v1/audit-log')).json<{ data: { action: string; actor: unknown }[] }>();
    const actions = data.map(({ action }) => action);
    for (const action of ['api_key.created', 'api_key.revoked', 'member.invited', 'member.joined', 'member.removed'])
      expect(actions).toContain(action);
    expect(JSON.stringify(data)).not.toContain('@');
  });

  test('deletes the account: sign-in and tokens are over, links answer 410 within five seconds', async () => {
    const cookie = cookiesIn(await signIn(product, owner.email, owner.password));
    expect((await owner.api('/v1/users/me', { method: 'DELETE' })).status).toBe(202);
    await eventually(
      async () => (await owner.api('/v1/users/me')).status,
      (status) => status === 401,
      2_000,
    );
    expect(refusal(await signIn(product, owner.email, owner.password))).toEqual([401, 'INVALID_CREDENTIALS']);
    const refreshed = await open(product, '/v1/auth/refresh', {}, { cookie, 'x-signpost-csrf': '1' });
    expect(refusal(refreshed)).toEqual([401, 'UNAUTHENTICATED']);
    await eventually(
      async () => (await product.visit(`/${code}`)).status,
      (status) => status === 410,
      5_000,
    );
  });
});

describe('an address', () => {
  test('is not told to be known: register, login and forgot answer alike', async () => {
    const known = await signUp(product, 'Known');
    const stranger = newEmail('stranger');
    const strip = (answer: Answer, email: string): unknown => [
      answer.status,
      answer.text.replaceAll(email, '…').replace(/"request_id":"[^"]*"/, ''),
      [...answer.headers.keys()].sort(),
    ];
    for (const [path, body] of [
      ['/v1/auth/register', { password: newPassword(), name: 'Same' }],
      ['/v1/auth/login', { password: newPassword() }],
      ['/v1/auth/password/forgot', {}],
    ] as const) {
      const [one, other] = await Promise.all(
        [known.email, stranger].map((email) => open(product, path, { ...body, email })),
      );
      if (one === undefined || other === undefined) throw new Error('two answers');
      expect([path, strip(one, known.email)]).toEqual([path, strip(other, stranger)]);
    }
    await eventually(
      async () => mailsTo(product, known.email).at(-1) ?? '',
      (mail) => mail.length > 0,
      5_000,
    );
    expect(mailsTo(product, stranger).length).toBeGreaterThan(0);
  });

  test('is nobody’s before its mail was read', async () => {
    const email = newEmail('early');
    const password = newPassword();
    await open(product, '/v1/auth/register', { email, password, name: 'Early' });
    expect(refusal(await signIn(product, email, password))).toEqual([401, 'INVALID_CREDENTIALS']);
    const token = await tokenMailedTo(product, email);
    expect((await open(product, '/v1/auth/verify-email', { token })).status).toBe(200);
    expect((await signIn(product, email, password)).status).toBe(200);
    expect(refusal(await open(product, '/v1/auth/verify-email', { token }))).toEqual([400, 'INVALID_TOKEN']);
  });
});

describe('a forgotten password', () => {
  test('is reset by mail once; every session ends', async () => {
    const person = await signUp(product, 'Forgetful');
    expect((await open(product, '/v1/auth/password/forgot', { email: person.email })).status).toBe(202);
    const token = await tokenMailedTo(product, person.email, 2);
    const password = newPassword();
    const reset = () => open(product, '/v1/auth/password/reset', { token, password });
    expect((await reset()).status).toBe(204);
    expect(refusal(await reset())).toEqual([400, 'INVALID_TOKEN']);
    await eventually(
      async () => (await person.api('/v1/users/me')).status,
      (status) => status === 401,
      2_000,
    );
    expect(refusal(await signIn(product, person.email, person.password))).toEqual([401, 'INVALID_CREDENTIALS']);
    expect((await signIn(product, person.email, password)).status).toBe(200);
  });
});
