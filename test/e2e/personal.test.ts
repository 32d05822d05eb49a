import type { LinkAnswer } from '../../lambdas/links/schemas.ts';
import type { Person } from './people.ts';
import { open, signIn, signUp } from './people.ts';
import { problemIn, refusal } from './problem.ts';
import type { Answer, Product } from './product.ts';
import { eventually, startProduct } from './product.ts';

/** What is a person's own, and what administrators do with it, on the running product. */
let product: Product;
let ada: Person;
beforeAll(async () => {
  product = await startProduct();
  ada = await signUp(product, 'Ada');
});
afterAll(() => product.close());

const TARGET = 'https://example.com/personal';
const create = (person: Person, body: object = {}): Promise<Answer> =>
  person.api('/v1/urls', { body: { original_url: TARGET, ...body } });

describe('preferences', () => {
  test('decide which workspace a call is about that names none', async () => {
    const made = (await ada.api('/v1/workspaces', { body: { name: 'Second' } })).json<{ id: string }>();
    const { short_code: personal } = (await create(ada)).json<LinkAnswer>();
    const replaced = await ada.api('/v1/users/me/preferences', {
      method: 'PUT',
      body: { timezone: 'Europe/Vienna', locale: 'de-at', default_workspace_id: made.id },
    });
    expect(replaced.json()).toEqual({
      timezone: 'Europe/Vienna',
      locale: 'de-AT',
      theme: 'system',
      default_workspace_id: made.id,
    });
    await eventually(
      async () => (await ada.api(`/v1/urls/${personal}`)).status,
      (status) => status === 404,
      2_000,
    );
    const there = { headers: { 'x-signpost-workspace': ada.workspaceId } };
    expect((await ada.api(`/v1/urls/${personal}`, there)).status).toBe(200);
    await ada.api('/v1/users/me/preferences', { method: 'PUT', body: {} });
    await eventually(
      async () => (await ada.api(`/v1/urls/${personal}`)).status,
      (status) => status === 200,
      2_000,
    );
  });
});

describe('a workspace’s usage', () => {
  test('follows what is created, and both limits are announced', async () => {
    const eve = await signUp(product, 'Eve');
    const created = await create(eve);
    expect(created.headers.get('ratelimit-policy')).toBe('"creates";q=10;w=60, "links";q=1000;w=2592000');
    expect(created.headers.get('ratelimit')).toMatch(/^"creates";r=9;t=\d+, "links";r=999;t=\d+$/);
    const usage = await eve.api(`/v1/workspaces/${eve.workspaceId}/usage`);
    expect(usage.json()).toMatchObject({
      plan: 'free',
      creates: { used: 1 },
      links: { used: 1 },
      members: { used: 1 },
    });
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => create(eve)));
    expect(outcomes.filter(({ status }) => status === 201)).toHaveLength(9);
    const refused = outcomes.find(({ status }) => status === 429);
    expect(problemIn(refused as Answer)['rate_limit']).toMatchObject({ name: 'creates', limit: 10, remaining: 0 });
  });
});

describe('creating a link', () => {
  /** What the links function asks of DynamoDB while this works. */
  async function callsOf(work: () => Promise<Answer>): Promise<readonly string[]> {
    const { dynamoDb } = product.laptop.engines;
    const actions: string[] = [];
    dynamoDb.faultFor = ({ accessKeyId, action }) => {
      if (accessKeyId.startsWith('Links')) actions.push(action);
      return null;
    };
    try {
      expect((await work()).status).toBe(201);
      return actions;
    } finally {
      dynamoDb.faultFor = null;
    }
  }

  test('costs two calls of the store where both limits are counted, and one where they are leased', async () => {
    const gil = await signUp(product, 'Gil');
    await create(gil);
    expect(await callsOf(() => create(gil))).toEqual(['dynamodb:UpdateItem', 'dynamodb:PutItem']);
    const createUnlimited = () => product.api('/v1/urls', { body: { original_url: TARGET } });
    await createUnlimited();
    expect(await callsOf(createUnlimited)).toEqual(['dynamodb:PutItem']);
  });
});

describe('the audit log', () => {
  test('tells of every change and deletion of a link that was acknowledged, by person and by key', async () => {
    const bob = await signUp(product, 'Bob');
    const key = (await bob.api('/v1/api-keys', { body: { name: 'CI', scopes: ['urls:write'] } })).json<{
      id: string;
      key: string;
    }>();
    const { short_code: code } = (await create(bob)).json<LinkAnswer>();
    const change = { method: 'PATCH', body: { title: 'secret title', password: 'secret' } };
    expect((await bob.api(`/v1/urls/${code}`, change)).status).toBe(200);
    expect((await product.api(`/v1/urls/${code}`, { method: 'DELETE', key: key.key })).status).toBe(204);
    const log = await bob.api('/v1/audit-log?limit=2');
    expect(log.json<{ data: object[] }>().data).toMatchObject([
      { action: 'link.deleted', target: code, actor: { kind: 'key', id: key.id } },
      {
        action: 'link.changed',
        target: code,
        actor: { kind: 'user', id: bob.id },
        details: { changed: 'password, title' },
      },
    ]);
    expect(log.text).not.toContain('secret');
  });
});

describe('keys', () => {
  test('are all revoked in one call', async () => {
    const carl = await signUp(product, 'Carl');
    const keys = await Promise.all(
      [1, 2, 3].map(async () => {
        const made = await carl.api('/v1/api-keys', { body: { name: 'CI', scopes: ['urls:read'] } });
        return made.json<{ key: string }>().key;
      }),
    );
    for (const key of keys) expect((await product.api('/v1/urls', { key })).status).toBe(200);
    expect((await carl.api('/v1/api-keys', { method: 'DELETE' })).status).toBe(204);
    for (const key of keys) {
      await eventually(
        async () => (await product.api('/v1/urls', { key })).status,
        (status) => status === 401,
        2_000,
      );
    }
  });

  test('that expire open nothing a moment later', async () => {
    const expires_at = new Date(Date.now() + 3_000).toISOString();
    const made = await ada.api('/v1/api-keys', { body: { name: 'Short', scopes: ['urls:read'], expires_at } });
    const { key } = made.json<{ key: string }>();
    expect((await product.api('/v1/urls', { key })).status).toBe(200);
    await eventually(
      async () => (await product.api('/v1/urls', { key })).status,
      (status) => status === 401,
      5_000,
    );
  });
});

describe('an export', () => {
  test('is downloaded by cookie as a file and holds no secret', async () => {
    const answer = await product.api('/v1/users/me/export', { key: null, headers: { cookie: ada.cookie } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="signpost-export.json"');
    const { person, links } = answer.json<{ person: Record<string, unknown[]>; links: object[] }>();
    expect(person['profile']).toMatchObject({ email: ada.email });
    expect([person['sessions']?.length, person['known_devices']?.length, person['memberships']?.length]).toEqual([
      1, 1, 2,
    ]);
    expect(links).toHaveLength(1);
    for (const secret of [ada.password, ada.token, 'argon2', 'sha256']) expect(answer.text).not.toContain(secret);
  });
});

describe('an administrator', () => {
  let root: (path: string, call?: Parameters<Product['api']>[1]) => Promise<Answer>;
  beforeAll(async () => {
    const { access_token } = (await signIn(product, product.demo.email, product.demo.password)).json<{
      access_token: string;
    }>();
    root = (path, call = {}) => product.api(path, { ...call, key: access_token });
  });

  test('finds people, also by the former path, and puts them on another plan', async () => {
    expect((await root(`/users?email=${encodeURIComponent(ada.email)}`)).json()).toMatchObject({
      data: [{ id: ada.id, plan: 'free', is_admin: false }],
      next_cursor: null,
    });
    const settings = { name: 'Ada', is_admin: false, status: 'active', plan: 'unlimited' };
    expect((await root(`/users/${ada.id}`, { method: 'PUT', body: settings })).json()).toMatchObject(settings);
    await eventually(
      async () => (await create(ada)).headers.get('ratelimit-policy'),
      (policy) => policy === '"creates";q=1000000;w=60',
      2_000,
    );
  });

  test('suspends somebody, whose tokens, cookies and refreshes are over within two seconds', async () => {
    const dora = await signUp(product, 'Dora');
    const settings = { name: 'Dora', is_admin: false, status: 'suspended' };
    expect((await root(`/v1/users/${dora.id}`, { method: 'PUT', body: settings })).status).toBe(200);
    await eventually(
      async () => (await dora.api('/v1/users/me')).status,
      (status) => status === 401,
      2_000,
    );
    expect(refusal(await signIn(product, dora.email, dora.password))).toEqual([401, 'INVALID_CREDENTIALS']);
    const refreshed = await open(product, '/v1/auth/refresh', {}, { cookie: dora.cookie, 'x-signpost-csrf': '1' });
    expect(refusal(refreshed)).toEqual([401, 'UNAUTHENTICATED']);
    await root(`/v1/users/${dora.id}`, { method: 'PUT', body: { ...settings, status: 'active' } });
    expect((await signIn(product, dora.email, dora.password)).status).toBe(200);
    expect((await dora.api('/v1/users/me')).status).toBe(401);
  });

  test('who is the last stays one', async () => {
    const me = (await root('/v1/users/me')).json<{ id: string; name: string }>();
    const settings = { name: me.name, is_admin: false, status: 'active' };
    expect(refusal(await root(`/v1/users/${me.id}`, { method: 'PUT', body: settings }))).toEqual([409, 'LAST_ADMIN']);
    expect(refusal(await root('/v1/users/me', { method: 'DELETE' }))).toEqual([409, 'LAST_ADMIN']);
  });
});

describe('sessions', () => {
  test('all end in one call, by the former path too, and the cookies with them', async () => {
    const finn = await signUp(product, 'Finn');
    await signIn(product, finn.email, finn.password);
    expect((await finn.api('/v1/sessions')).json<{ data: object[] }>().data).toHaveLength(2);
    const headers = { cookie: finn.cookie, 'x-signpost-csrf': '1' };
    const ended = await product.api('/sessions', { method: 'DELETE', key: null, headers });
    expect([ended.status, ended.headers.getSetCookie().length]).toEqual([204, 2]);
    await eventually(
      async () => (await finn.api('/v1/users/me')).status,
      (status) => status === 401,
      2_000,
    );
  });
});

describe('the roles', () => {
  test('were refused nothing', () => {
    expect([...product.laptop.iam.denials()]).toEqual([]);
  });
});
