import { randomUUID } from 'node:crypto';
import type { Person } from './people.ts';
import { joinWorkspace, mailsTo, newEmail, newPassword, signIn, signUp, tokenMailedTo } from './people.ts';
import type { Answer, Product } from './product.ts';
import { eventually } from './product.ts';

/** A workspace with a member of each role, and somebody who has nothing to do with it. */
export type World = {
  readonly product: Product;
  readonly workspaceId: string;
  readonly owner: Person;
};

export type GoodCall = {
  readonly path: string;
  readonly body?: unknown;
  /** Named in a header where the path names no workspace. */
  readonly workspaceId?: string;
};

export type RouteCall = {
  /** What success is. */
  readonly ok: number;
  /** The call would end the caller's own account or sessions, so a person of its own makes it. */
  readonly isFatal?: true;
  /** The call takes the workspace from its members, so it is made in a workspace of its own. */
  readonly ruinsWorkspace?: true;
  /** Makes what the call is about, as somebody who may, and says the call that would succeed. */
  readonly prepare: (world: World, caller: Person) => Promise<GoodCall>;
};

const TARGET = 'https://example.com/matrix';
const alias = (): string => `m-${randomUUID().slice(0, 12)}`;

async function newLink({ owner, workspaceId }: World): Promise<string> {
  const code = alias();
  const created = await owner.api('/v1/urls', {
    body: { original_url: TARGET, custom_alias: code },
    headers: { 'x-signpost-workspace': workspaceId },
  });
  if (created.status !== 201) throw new Error(created.text);
  return code;
}

const newEvent = (code?: string) => ({
  event_id: randomUUID(),
  type: 'lead',
  ...(code === undefined ? {} : { short_code: code }),
});

async function newReport({ owner, workspaceId }: World): Promise<string> {
  const ordered = await owner.api('/v1/reports', {
    body: { kind: 'links' },
    headers: { 'x-signpost-workspace': workspaceId },
  });
  if (ordered.status !== 202) throw new Error(ordered.text);
  return `/v1/reports/${ordered.json<{ report_id: string }>().report_id}`;
}

const QR_CONTENT = { text: 'matrix' };

async function newQr({ owner, workspaceId }: World): Promise<string> {
  const created = await owner.api('/v1/qr', {
    body: { content: QR_CONTENT },
    headers: { 'x-signpost-workspace': workspaceId },
  });
  if (![200, 201].includes(created.status)) throw new Error(created.text);
  return `/v1/qr/${created.json<{ qr_id: string }>().qr_id}`;
}

async function newLogo({ owner, workspaceId }: World): Promise<string> {
  const announced = await owner.api('/v1/logos', {
    body: { content_type: 'image/png' },
    headers: { 'x-signpost-workspace': workspaceId },
  });
  if (announced.status !== 201) throw new Error(announced.text);
  return `/v1/logos/${announced.json<{ logo_id: string }>().logo_id}`;
}

/** One that has ended: a workspace may have a few open at once. With a row that fails it may be tried again. */
async function newBatch({ owner, workspaceId }: World, item: object = QR_CONTENT): Promise<string> {
  const headers = { 'x-signpost-workspace': workspaceId };
  const ordered = await owner.api('/v1/qr/batches', { body: { items: [item], size: 128 }, headers });
  if (ordered.status !== 202) throw new Error(ordered.text);
  const path = `/v1/qr/batches/${ordered.json<{ batch_id: string }>().batch_id}`;
  const read = async () => (await owner.api(path, { headers })).json<{ status: string }>();
  await eventually(read, ({ status }) => status.startsWith('succeeded'), 20_000);
  return path;
}

const FAILING_ROW = { short_code: 'nobody-has' };

async function newKeyId({ owner, workspaceId }: World): Promise<string> {
  const created = await owner.api('/v1/api-keys', {
    body: { name: 'matrix', scopes: ['urls:read'] },
    headers: { 'x-signpost-workspace': workspaceId },
  });
  if (created.status !== 201) throw new Error(created.text);
  return created.json<{ id: string }>().id;
}

async function newInvite({ product, owner, workspaceId }: World, email = newEmail('guest')) {
  const before = mailsTo(product, email).length;
  const invited = await owner.api(`/v1/workspaces/${workspaceId}/invites`, { body: { email, role: 'viewer' } });
  if (invited.status !== 201) throw new Error(invited.text);
  return {
    id: invited.json<{ id: string }>().id,
    token: () => tokenMailedTo(product, email, before + 1),
  };
}

async function newMember(world: World): Promise<Person> {
  const guest = await signUp(world.product, 'Guest');
  await joinWorkspace(world.product, world.owner, world.workspaceId, guest, 'viewer');
  return guest;
}

async function newSessionId(product: Product, { email, password, api }: Person): Promise<string> {
  await signIn(product, email, password);
  const { data } = (await api('/v1/sessions')).json<{ data: readonly { id: string; current: boolean }[] }>();
  const other = data.find(({ current }) => !current);
  if (other === undefined) throw new Error('no other session');
  return other.id;
}

const inWorkspace =
  (path: string, body?: () => unknown): RouteCall['prepare'] =>
  async ({ workspaceId }) => ({ path, workspaceId, ...(body === undefined ? {} : { body: body() }) });
const onWorkspace =
  (rest: string, body?: () => unknown): RouteCall['prepare'] =>
  async ({ workspaceId }) => ({
    path: `/v1/workspaces/${workspaceId}${rest}`,
    ...(body === undefined ? {} : { body: body() }),
  });
const onLink =
  (path: string, body: (code: string) => unknown): RouteCall['prepare'] =>
  async (world) => ({ path, workspaceId: world.workspaceId, body: body(await newLink(world)) });
const forOneself =
  (path: string, body?: () => unknown): RouteCall['prepare'] =>
  async () => ({ path, ...(body === undefined ? {} : { body: body() }) });

/** One call that succeeds for each guarded route: a route without one fails the matrix. */
export const ROUTE_CALLS: Readonly<Record<string, RouteCall>> = {
  'POST /v1/urls': { ok: 201, prepare: inWorkspace('/v1/urls', () => ({ original_url: TARGET })) },
  'GET /v1/urls': { ok: 200, prepare: inWorkspace('/v1/urls') },
  'POST /v1/urls/bulk': {
    ok: 201,
    prepare: inWorkspace('/v1/urls/bulk', () => ({ urls: [{ original_url: TARGET }] })),
  },
  'GET /v1/urls/{code}': {
    ok: 200,
    prepare: async (world) => ({ path: `/v1/urls/${await newLink(world)}`, workspaceId: world.workspaceId }),
  },
  'PATCH /v1/urls/{code}': {
    ok: 200,
    prepare: async (world) => ({
      path: `/v1/urls/${await newLink(world)}`,
      workspaceId: world.workspaceId,
      body: { title: 'changed' },
    }),
  },
  'DELETE /v1/urls/{code}': {
    ok: 204,
    prepare: async (world) => ({ path: `/v1/urls/${await newLink(world)}`, workspaceId: world.workspaceId }),
  },
  'GET /v1/urls/{code}/stats': {
    ok: 200,
    prepare: async (world) => ({ path: `/v1/urls/${await newLink(world)}/stats`, workspaceId: world.workspaceId }),
  },
  'POST /v1/qr': { ok: 201, prepare: inWorkspace('/v1/qr', () => ({ content: { text: randomUUID() } })) },
  'POST /qr/generate': { ok: 201, prepare: inWorkspace('/qr/generate', () => ({ content: { text: randomUUID() } })) },
  'POST /v1/qr/check': { ok: 200, prepare: inWorkspace('/v1/qr/check', () => ({ content: QR_CONTENT })) },
  'GET /v1/qr': { ok: 200, prepare: inWorkspace('/v1/qr') },
  'GET /v1/qr/{qr_id}': {
    ok: 200,
    prepare: async (world) => ({ path: await newQr(world), workspaceId: world.workspaceId }),
  },
  'GET /v1/qr/{qr_id}/image': {
    ok: 200,
    prepare: async (world) => ({ path: `${await newQr(world)}/image?format=svg`, workspaceId: world.workspaceId }),
  },
  'GET /v1/urls/{code}/qr': {
    ok: 200,
    prepare: async (world) => ({ path: `/v1/urls/${await newLink(world)}/qr`, workspaceId: world.workspaceId }),
  },
  'GET /v1/analytics/summary': { ok: 200, prepare: inWorkspace('/v1/analytics/summary?compare=previous') },
  'GET /v1/analytics/timeseries': { ok: 200, prepare: inWorkspace('/v1/analytics/timeseries?granularity=week') },
  'GET /v1/analytics/breakdown': { ok: 200, prepare: inWorkspace('/v1/analytics/breakdown?by=city') },
  'GET /analytics/summary': { ok: 200, prepare: inWorkspace('/analytics/summary') },
  'GET /analytics/dashboard': { ok: 200, prepare: inWorkspace('/analytics/dashboard') },
  'POST /v1/analytics/track': { ok: 201, prepare: onLink('/v1/analytics/track', newEvent) },
  'POST /analytics/track': { ok: 201, prepare: inWorkspace('/analytics/track', () => newEvent()) },
  'POST /analytics': { ok: 201, prepare: inWorkspace('/analytics', () => newEvent()) },
  'GET /v1/analytics/events': { ok: 200, prepare: inWorkspace('/v1/analytics/events') },
  'GET /v1/clicks/export': { ok: 200, prepare: inWorkspace('/v1/clicks/export?interval=24h') },
  'POST /v1/logos': { ok: 201, prepare: inWorkspace('/v1/logos', () => ({ content_type: 'image/png' })) },
  'GET /v1/logos': { ok: 200, prepare: inWorkspace('/v1/logos') },
  'GET /v1/logos/{logo_id}': {
    ok: 200,
    prepare: async (world) => ({ path: await newLogo(world), workspaceId: world.workspaceId }),
  },
  'DELETE /v1/logos/{logo_id}': {
    ok: 204,
    prepare: async (world) => ({ path: await newLogo(world), workspaceId: world.workspaceId }),
  },
  'POST /v1/qr/uploads': { ok: 201, prepare: inWorkspace('/v1/qr/uploads', () => ({ format: 'csv' })) },
  'POST /v1/qr/batches': {
    ok: 202,
    prepare: inWorkspace('/v1/qr/batches', () => ({ items: [QR_CONTENT], size: 128 })),
  },
  'GET /v1/qr/batches': { ok: 200, prepare: inWorkspace('/v1/qr/batches') },
  'GET /v1/qr/batches/{batch_id}': {
    ok: 200,
    prepare: async (world) => ({ path: await newBatch(world), workspaceId: world.workspaceId }),
  },
  'POST /v1/qr/batches/{batch_id}/cancel': {
    ok: 200,
    prepare: async (world) => ({ path: `${await newBatch(world)}/cancel`, workspaceId: world.workspaceId }),
  },
  'POST /v1/qr/batches/{batch_id}/retry': {
    ok: 202,
    prepare: async (world) => ({ path: `${await newBatch(world, FAILING_ROW)}/retry`, workspaceId: world.workspaceId }),
  },
  'GET /v1/qr/batches/{batch_id}/events': {
    ok: 200,
    prepare: async (world) => ({ path: `${await newBatch(world)}/events`, workspaceId: world.workspaceId }),
  },
  'GET /qr/batch-progress': {
    ok: 200,
    prepare: async (world) => {
      const id = (await newBatch(world)).split('/').at(-1);
      return { path: `/qr/batch-progress?batch_id=${id}`, workspaceId: world.workspaceId };
    },
  },
  'POST /v1/reports': { ok: 202, prepare: inWorkspace('/v1/reports', () => ({ kind: 'clicks', format: 'parquet' })) },
  'GET /v1/reports': { ok: 200, prepare: inWorkspace('/v1/reports') },
  'GET /v1/reports/{report_id}': {
    ok: 200,
    prepare: async (world) => ({ path: await newReport(world), workspaceId: world.workspaceId }),
  },
  'POST /v1/reports/{report_id}/cancel': {
    ok: 200,
    prepare: async (world) => ({ path: `${await newReport(world)}/cancel`, workspaceId: world.workspaceId }),
  },
  'GET /v1/analytics/live': { ok: 200, prepare: inWorkspace('/v1/analytics/live') },
  'GET /v1/urls/{code}/clicks/live': {
    ok: 200,
    prepare: async (world) => ({
      path: `/v1/urls/${await newLink(world)}/clicks/live`,
      workspaceId: world.workspaceId,
    }),
  },
  'POST /url/shorten': { ok: 201, prepare: inWorkspace('/url/shorten', () => ({ original_url: TARGET })) },

  'POST /v1/auth/password/change': {
    ok: 204,
    isFatal: true,
    prepare: async (_world, { password }) => ({
      path: '/v1/auth/password/change',
      body: { current_password: password, new_password: newPassword() },
    }),
  },
  'POST /v1/auth/email/change': {
    ok: 202,
    isFatal: true,
    prepare: async (_world, { password }) => ({
      path: '/v1/auth/email/change',
      body: { email: newEmail('moved'), password },
    }),
  },
  'GET /v1/users/me': { ok: 200, prepare: forOneself('/v1/users/me') },
  'PATCH /v1/users/me': { ok: 200, prepare: forOneself('/v1/users/me', () => ({ name: 'Renamed' })) },
  'DELETE /v1/users/me': { ok: 202, isFatal: true, prepare: forOneself('/v1/users/me') },
  'GET /v1/users/me/preferences': { ok: 200, prepare: forOneself('/v1/users/me/preferences') },
  'PUT /v1/users/me/preferences': {
    ok: 200,
    prepare: forOneself('/v1/users/me/preferences', () => ({
      timezone: 'Europe/Berlin',
      locale: 'de',
      theme: 'dark',
      default_workspace_id: null,
    })),
  },
  'GET /v1/users/me/export': { ok: 200, prepare: forOneself('/v1/users/me/export') },
  'GET /v1/sessions': { ok: 200, prepare: forOneself('/v1/sessions') },
  'DELETE /v1/sessions': { ok: 204, isFatal: true, prepare: forOneself('/v1/sessions') },
  'DELETE /v1/sessions/{session_id}': {
    ok: 204,
    prepare: async ({ product }, caller) => ({ path: `/v1/sessions/${await newSessionId(product, caller)}` }),
  },
  'DELETE /sessions': { ok: 204, isFatal: true, prepare: forOneself('/sessions') },
  'GET /v1/users': { ok: 200, prepare: forOneself('/v1/users') },
  'GET /users': { ok: 200, prepare: forOneself('/users') },
  'GET /v1/users/{user_id}': { ok: 200, prepare: async ({ owner }) => ({ path: `/v1/users/${owner.id}` }) },
  'PUT /v1/users/{user_id}': {
    ok: 200,
    prepare: async ({ product }) => ({
      path: `/v1/users/${(await signUp(product, 'Managed')).id}`,
      body: { name: 'Managed', is_admin: false, status: 'active' },
    }),
  },
  'PUT /users/{user_id}': {
    ok: 200,
    prepare: async ({ product }) => ({
      path: `/users/${(await signUp(product, 'Managed')).id}`,
      body: { name: 'Managed', is_admin: false, status: 'active' },
    }),
  },
  'GET /v1/workspaces': { ok: 200, prepare: forOneself('/v1/workspaces') },
  'POST /v1/workspaces': { ok: 201, prepare: forOneself('/v1/workspaces', () => ({ name: 'Another' })) },
  'GET /v1/workspaces/{workspace_id}': { ok: 200, prepare: onWorkspace('') },
  'PATCH /v1/workspaces/{workspace_id}': { ok: 200, prepare: onWorkspace('', () => ({ name: 'Renamed' })) },
  'DELETE /v1/workspaces/{workspace_id}': { ok: 204, ruinsWorkspace: true, prepare: onWorkspace('') },
  'POST /v1/workspaces/{workspace_id}/transfer': {
    ok: 200,
    ruinsWorkspace: true,
    prepare: async (world) => ({
      path: `/v1/workspaces/${world.workspaceId}/transfer`,
      body: { user_id: (await newMember(world)).id },
    }),
  },
  'POST /v1/workspaces/{workspace_id}/leave': {
    ok: 204,
    ruinsWorkspace: true,
    prepare: onWorkspace('/leave', () => ({})),
  },
  'GET /v1/workspaces/{workspace_id}/usage': { ok: 200, prepare: onWorkspace('/usage') },
  'GET /v1/workspaces/{workspace_id}/members': { ok: 200, prepare: onWorkspace('/members') },
  'PATCH /v1/workspaces/{workspace_id}/members/{user_id}': {
    ok: 200,
    prepare: async (world) => ({
      path: `/v1/workspaces/${world.workspaceId}/members/${(await newMember(world)).id}`,
      body: { role: 'editor' },
    }),
  },
  'DELETE /v1/workspaces/{workspace_id}/members/{user_id}': {
    ok: 204,
    prepare: async (world) => ({
      path: `/v1/workspaces/${world.workspaceId}/members/${(await newMember(world)).id}`,
    }),
  },
  'GET /v1/workspaces/{workspace_id}/invites': { ok: 200, prepare: onWorkspace('/invites') },
  'POST /v1/workspaces/{workspace_id}/invites': {
    ok: 201,
    prepare: onWorkspace('/invites', () => ({ email: newEmail('guest'), role: 'viewer' })),
  },
  'DELETE /v1/workspaces/{workspace_id}/invites/{invite_id}': {
    ok: 204,
    prepare: async (world) => ({
      path: `/v1/workspaces/${world.workspaceId}/invites/${(await newInvite(world)).id}`,
    }),
  },
  'POST /v1/invites/accept': {
    ok: 200,
    isFatal: true,
    prepare: async (world, caller) => ({
      path: '/v1/invites/accept',
      body: { token: await (await newInvite(world, caller.email)).token() },
    }),
  },
  'GET /v1/api-keys': { ok: 200, prepare: inWorkspace('/v1/api-keys') },
  'POST /v1/api-keys': {
    ok: 201,
    prepare: inWorkspace('/v1/api-keys', () => ({ name: 'made', scopes: ['urls:read'] })),
  },
  'DELETE /v1/api-keys': { ok: 204, ruinsWorkspace: true, prepare: inWorkspace('/v1/api-keys') },
  'DELETE /v1/api-keys/{key_id}': {
    ok: 204,
    prepare: async (world) => ({ path: `/v1/api-keys/${await newKeyId(world)}`, workspaceId: world.workspaceId }),
  },
  'GET /v1/audit-log': { ok: 200, prepare: inWorkspace('/v1/audit-log') },
};

const IS_ABOUT_USERS = / \/(v1\/)?users(\/\{user_id\})?$/;

/** Makes the call of each guarded route once, as somebody new who may: `answer` should be `ok`. */
export async function* everyRouteCalled(
  product: Product,
): AsyncGenerator<{ readonly route: string; readonly ok: number; readonly answer: Answer }> {
  const { email, password } = product.demo;
  const root = (await signIn(product, email, password)).json<{ access_token: string }>().access_token;
  for (const [route, { ok, prepare }] of Object.entries(ROUTE_CALLS)) {
    const owner = await signUp(product, 'Routed');
    const { id: workspaceId } = (await owner.api('/v1/workspaces', { body: { name: 'All' } })).json<{ id: string }>();
    const isLeaving = route.endsWith('/leave');
    const caller = isLeaving || route.endsWith('/accept') ? await signUp(product, 'Guest') : owner;
    if (isLeaving) await joinWorkspace(product, owner, workspaceId, caller, 'viewer');
    const { path, body, workspaceId: named } = await prepare({ product, owner, workspaceId }, caller);
    const answer = await caller.api(path, {
      method: route.split(' ')[0] ?? 'GET',
      body,
      ...(IS_ABOUT_USERS.test(route) ? { key: root } : {}),
      headers: named === undefined ? {} : { 'x-signpost-workspace': named },
    });
    yield { route, ok, answer };
  }
}
