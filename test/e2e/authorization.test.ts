import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { workspaceCountsPartition } from '../../adapters/count-items.ts';
import { BATCH_JOB_PREFIX, REPORT_JOB_PREFIX, workspaceKey } from '../../adapters/table.ts';
import type { Permission, Role, Scope } from '../../core/accounts/permissions.ts';
import { PERMISSIONS, ROLES, SCOPES } from '../../core/accounts/permissions.ts';
import type { Route } from '../../lambdas/routes.ts';
import { ROUTES } from '../../lambdas/routes.ts';
import { REGION } from '../../local/cloud/account.ts';
import { ADMIN_ACCESS_KEY_ID } from '../../local/engines/iam.ts';
import { expiredTokenOf } from './access-tokens.ts';
import type { Person } from './people.ts';
import { joinWorkspace, signIn, signUp } from './people.ts';
import { refusal } from './problem.ts';
import type { Answer, Product } from './product.ts';
import { startProduct } from './product.ts';
import type { GoodCall, World } from './route-calls.ts';
import { ROUTE_CALLS } from './route-calls.ts';

/**
 * Every guarded route, called by everyone there is: who may gets what the route promises, who may not gets a refusal
 * and changes nothing. A route without a row in `route-calls.ts` fails here.
 */
type Members = Readonly<Record<Role, Person>>;
type Matrix = World & {
  readonly members: Members;
  readonly stranger: Person;
  /** Tokens that were good once. */
  readonly dead: Readonly<Record<'expired token' | 'revoked session' | 'deleted user', string>>;
};

const GUARDED = ROUTES.filter(
  (route): route is Route & { access: Permission } => route.door === 'app' && route.access !== 'public',
);

let product: Product;
let matrix: Matrix;
/**
 * What is in every item of people and workspaces that were deleted: their erasure works in the background, and is not what this is
 * about. Counters, and the mark that an erasure leaves of them, bear a hash in place of the id.
 */
const doomed = new Set<string>();
const doom = (...ids: readonly string[]): void => {
  for (const id of ids) doomed.add(id).add(workspaceCountsPartition(id));
};
beforeAll(async () => {
  product = await startProduct();
  matrix = await newMatrix();
}, 60_000);
afterAll(() => product.close());

async function newWorkspace(): Promise<{ workspaceId: string; owner: Person; members: Members }> {
  const [owner, admin, editor, viewer] = await Promise.all(
    ['Olga', 'Anton', 'Edda', 'Viktor'].map((name) => signUp(product, name)),
  );
  if (!owner || !admin || !editor || !viewer) throw new Error('four people signed up');
  const made = await owner.api('/v1/workspaces', { body: { name: 'Matrix' } });
  const workspaceId = made.json<{ id: string }>().id;
  await lift(workspaceId);
  const members = { owner, admin, editor, viewer };
  for (const role of ['admin', 'editor', 'viewer'] as const) {
    await joinWorkspace(product, owner, workspaceId, members[role], role);
  }
  return { workspaceId, owner, members };
}

/** The free plan's ten links a minute are not what this is about. */
async function lift(workspaceId: string): Promise<void> {
  const documents = adminClient();
  await documents.send(
    new UpdateCommand({
      TableName: product.tableName('accounts'),
      Key: workspaceKey(workspaceId),
      UpdateExpression: 'SET #plan = :plan',
      ExpressionAttributeNames: { '#plan': 'plan' },
      ExpressionAttributeValues: { ':plan': 'unlimited' },
    }),
  );
  documents.destroy();
}

async function newMatrix(): Promise<Matrix> {
  const { workspaceId, owner, members } = await newWorkspace();
  const [stranger, leaver] = await Promise.all([signUp(product, 'Stranger'), signUp(product, 'Leaver')]);
  doom(leaver.id, leaver.workspaceId);
  expect((await leaver.api('/v1/users/me', { method: 'DELETE' })).status).toBe(202);
  const revoked = (await signIn(product, owner.email, owner.password)).json<{ access_token: string }>().access_token;
  const sessions = await product.api('/v1/sessions', { key: revoked });
  const current = sessions
    .json<{ data: readonly { id: string; current: boolean }[] }>()
    .data.find((one) => one.current);
  expect((await owner.api(`/v1/sessions/${current?.id}`, { method: 'DELETE' })).status).toBe(204);
  // What the authorizer remembers of the two it forgets within a second.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const dead = {
    'expired token': await expiredTokenOf(product, owner),
    'revoked session': revoked,
    'deleted user': leaver.token,
  };
  return { product, workspaceId, owner, members, stranger, dead };
}

function call({ method }: Route, { path, body, workspaceId }: GoodCall, key: string | null): Promise<Answer> {
  const headers: Record<string, string> = workspaceId === undefined ? {} : { 'x-signpost-workspace': workspaceId };
  return product.api(path, { method, body, key, headers });
}

/** One for all that may do the same: a workspace has at most a hundred. */
const keys = new Map<string, string>();

async function keyOf(world: World, scopes: readonly Scope[]): Promise<string> {
  const name = `${world.workspaceId} ${scopes.join()}`;
  const known = keys.get(name) ?? (await newKey(world, scopes));
  keys.set(name, known);
  return known;
}

async function newKey({ owner, workspaceId }: World, scopes: readonly Scope[]): Promise<string> {
  const made = await owner.api('/v1/api-keys', {
    body: { name: 'matrix', scopes: scopes.length === 0 ? ['qr:read'] : scopes },
    headers: { 'x-signpost-workspace': workspaceId },
  });
  if (made.status !== 201) throw new Error(made.text);
  return made.json<{ key: string }>().key;
}

function adminClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    endpoint: product.laptop.engines.dynamoDb.url,
    region: REGION,
    credentials: { accessKeyId: ADMIN_ACCESS_KEY_ID, secretAccessKey: 'laptop' },
  });
  return DynamoDBDocumentClient.from(client);
}

/** All that is stored, without what a mere question may change: limits, and when somebody was last seen. */
async function stored(): Promise<readonly string[]> {
  const documents = adminClient();
  const found: string[] = [];
  for (const { definition } of product.laptop.plan.tables) {
    for await (const { Items = [] } of paginateScan({ client: documents }, { TableName: definition.name })) {
      for (const { last_used_at_ms: _seen, ...item } of Items) {
        const text = JSON.stringify(settled(item), sorted);
        if (!isVolatile(item) && !Array.from(doomed).some((id) => text.includes(id))) found.push(text);
      }
    }
  }
  documents.destroy();
  return found.sort();
}

/** Maps and sets come back in any order. */
function sorted(_name: string, value: unknown): unknown {
  if (value instanceof Set) return Array.from(value, String).sort();
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;
}

const isVolatile = ({ pk, sk }: Readonly<Record<string, unknown>>): boolean =>
  /^(attempts|mail|live|scan)#/.test(String(pk)) || /^(limit|open|chunk)#/.test(String(sk));

/** Reports and batches go on by themselves, unless somebody cancels them. */
const settled = (item: Readonly<Record<string, unknown>>): unknown => {
  if (![REPORT_JOB_PREFIX, BATCH_JOB_PREFIX].some((prefix) => String(item['sk']).startsWith(prefix))) return item;
  const { pk, sk, order_json, author, run, status } = item;
  return { pk, sk, order_json, author, run, isCancelled: status === 'cancelled' };
};

/** What is in one and not in the other. */
const difference = (one: readonly string[], other: readonly string[]) => ({
  gone: one.filter((item) => !other.includes(item)),
  come: other.filter((item) => !one.includes(item)),
});

const idOf = ({ method, path }: Route): string => `${method} ${path}`;
const rowOf = (route: Route) => {
  const row = ROUTE_CALLS[idOf(route)];
  if (row === undefined) throw new Error(`${idOf(route)} has no row in test/e2e/route-calls.ts.`);
  return row;
};

/** What a caller the route is not for is told. */
function refusalsOf(
  route: Route & { access: Permission },
): readonly (readonly [who: string, key: string | null, answer: unknown])[] {
  const rule: { roles?: readonly Role[]; person?: string } = PERMISSIONS[route.access];
  const { members, stranger, dead } = matrix;
  const unauthenticated = [401, 'UNAUTHENTICATED'];
  const forbidden = [403, 'FORBIDDEN'];
  return [
    ['nobody', null, unauthenticated],
    ...Object.entries(dead).map(([who, token]) => [who, token, unauthenticated] as const),
    ...ROLES.filter((role) =>
      rule.roles === undefined ? rule.person === 'administrator' : !rule.roles.includes(role),
    ).map((role) => [role, members[role].token, forbidden] as const),
    ...(rule.roles === undefined
      ? []
      : [['another workspace’s owner', stranger.token, [404, 'WORKSPACE_NOT_FOUND']] as const]),
    ...(rule.person === 'administrator' ? [['another workspace’s owner', stranger.token, forbidden] as const] : []),
  ];
}

describe('every guarded route', () => {
  test('has a call that succeeds, and no call is left over', () => {
    expect(Object.keys(ROUTE_CALLS).sort()).toEqual(GUARDED.map(idOf).sort());
  });
});

describe.each(GUARDED.map((route) => [idOf(route), route] as const))('%s', (_id, route) => {
  const rule: { roles?: readonly Role[]; scope?: Scope | null; person?: string } = PERMISSIONS[route.access];

  test('refuses whom it is not for, and nothing has changed afterwards', async () => {
    const row = rowOf(route);
    const good = await row.prepare(matrix, row.isFatal === true ? matrix.stranger : matrix.owner);
    const scope = rule.scope ?? null;
    const keyWithout = await keyOf(
      matrix,
      SCOPES.filter((other) => other !== scope),
    );
    const before = await stored();
    for (const [who, key, answer] of refusalsOf(route)) {
      expect([who, refusal(await call(route, good, key))]).toEqual([who, answer]);
    }
    expect(refusal(await call(route, good, keyWithout))).toEqual([403, 'FORBIDDEN']);
    expect(difference(before, await stored())).toEqual({ gone: [], come: [] });
  });

  test('serves everyone it is for', async () => {
    const row = rowOf(route);
    const roles = rule.roles ?? (rule.person === 'anyone' ? ROLES : []);
    for (const role of row.isFatal === true ? [] : roles) {
      const world = row.ruinsWorkspace === true ? await newWorld() : matrix;
      const good = await row.prepare(world, world.members[role]);
      const answer = await call(route, good, world.members[role].token);
      expect([role, answer.status, answer.status === row.ok ? '' : answer.text]).toEqual([role, row.ok, '']);
    }
    if (row.isFatal === true) {
      const person = await signUp(product, 'Mortal');
      doom(person.id, person.workspaceId);
      const answer = await call(route, await row.prepare(matrix, person), person.token);
      expect([answer.status, answer.status === row.ok ? '' : answer.text]).toEqual([row.ok, '']);
    }
    if (rule.person === 'administrator') {
      const answer = await call(route, await row.prepare(matrix, matrix.owner), await administratorToken());
      expect([answer.status, answer.status === row.ok ? '' : answer.text]).toEqual([row.ok, '']);
    }
    if (rule.scope != null) {
      const world = row.ruinsWorkspace === true ? await newWorld() : matrix;
      const key = await keyOf(world, rule.scope === 'account:admin' ? ['account:admin', 'urls:read'] : [rule.scope]);
      const answer = await call(route, await row.prepare(world, world.owner), key);
      expect([answer.status, answer.status === row.ok ? '' : answer.text]).toEqual([row.ok, '']);
    }
  });
});

async function newWorld(): Promise<World & { readonly members: Members }> {
  const made = await newWorkspace();
  doom(made.workspaceId);
  return { product, ...made };
}

async function administratorToken(): Promise<string> {
  const { email, password } = product.demo;
  return (await signIn(product, email, password)).json<{ access_token: string }>().access_token;
}

describe('another workspace’s things', () => {
  test('are not there for a stranger in their own workspace: the same answer as for what never was', async () => {
    const { stranger } = matrix;
    for (const route of GUARDED.filter(({ path }) =>
      /\{(code|key_id|report_id|session_id|logo_id|batch_id)\}/.test(path),
    )) {
      const good = await rowOf(route).prepare(matrix, matrix.owner);
      const theirs = await call(route, { ...good, workspaceId: stranger.workspaceId }, stranger.token);
      const nothing = await call(
        route,
        {
          ...good,
          workspaceId: stranger.workspaceId,
          path: good.path.replace(/(urls|api-keys|reports|sessions|logos|batches)\/[^/]+/, '$1/nothing'),
        },
        stranger.token,
      );
      expect([idOf(route), theirs.status]).toEqual([idOf(route), 404]);
      expect(refusal(theirs)).toEqual(refusal(nothing));
      expect(theirs.text.length).toBe(nothing.text.length);
    }
  });
});
