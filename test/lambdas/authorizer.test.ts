import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { signAccessToken } from '../../core/accounts/access-token.ts';
import { hashApiKey, newApiKey } from '../../core/accounts/api-key.ts';
import type { AuthenticateDeps, CredentialStore } from '../../core/accounts/authenticate.ts';
import { permissionsOfRole, permissionsOfScopes } from '../../core/accounts/permissions.ts';
import { authorizerHandler } from '../../lambdas/authorizer/handler.ts';
import { contextOfIdentity, identityOfContext } from '../../lambdas/identity-context.ts';
import { aMember, anApiKey, aSession, aUser, aWorkspace } from '../fixtures/accounts.ts';
import { appEvent } from '../fixtures/events.ts';
import { keyIdentity, personIdentity } from '../fixtures/identities.ts';
import { NOW_MS } from '../fixtures/links.ts';
import { memoryCredentialStore } from '../fixtures/memory-credential-store.ts';

const KEY = newApiKey(randomBytes);
const ISSUER = 'signpost:test';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');

function deps(overrides: Partial<CredentialStore> = {}): AuthenticateDeps {
  const { store, keys, people, sessions, workspaces, members } = memoryCredentialStore();
  keys.set(hashApiKey(KEY), anApiKey());
  people.set('usr_1', aUser());
  sessions.set('usr_1 ses_1', aSession());
  workspaces.set('ws_1', aWorkspace());
  workspaces.set('ws_2', aWorkspace({ id: 'ws_2', plan: 'free' }));
  members.set('ws_1 usr_1', aMember());
  members.set('ws_2 usr_1', aMember({ workspaceId: 'ws_2', role: 'viewer' }));
  const nowMs = () => NOW_MS;
  return {
    store: { ...store, ...overrides },
    accessTokens: { issuer: ISSUER, findKey: () => Promise.resolve(publicKey), nowMs },
    nowMs,
  };
}

let token: string;
beforeAll(async () => {
  const subject = { userId: 'usr_1', sessionId: 'ses_1' };
  token = await signAccessToken({ kid: 'k', key: privateKey }, ISSUER, subject, NOW_MS, randomBytes);
});

type Parts = {
  readonly headers: Record<string, string> | null;
  readonly cookies?: string[];
  readonly params?: Record<string, string>;
};

function event({ headers, cookies, params }: Parts): APIGatewayRequestAuthorizerEvent {
  const { body: _body, isBase64Encoded: _base64, ...request } = appEvent('POST', '/v1/urls');
  const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:abc123/prod/POST/v1/urls';
  const multiValueHeaders = cookies === undefined ? null : { Cookie: cookies };
  const pathParameters = params ?? null;
  return {
    ...request,
    type: 'REQUEST',
    methodArn,
    headers,
    multiValueHeaders,
    pathParameters,
  } as APIGatewayRequestAuthorizerEvent;
}
const ask = (parts: Parts) => authorizerHandler(deps())(event(parts));
const identityFor = async (parts: Parts) => identityOfContext((await ask(parts)).context);
const cookie = (value = token) => `__Host-signpost_access=${value}`;

describe('The authorizer', () => {
  it.each(['Authorization', 'authorization', 'AUTHORIZATION'])(
    'tells who calls, by the header %s, for every route of the stage',
    async (name) => {
      expect(await ask({ headers: { [name]: `Bearer ${KEY}` } })).toEqual({
        principalId: 'key_1',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Action: 'execute-api:Invoke',
              Effect: 'Allow',
              Resource: 'arn:aws:execute-api:us-east-1:000000000000:abc123/prod/*',
            },
          ],
        },
        context: contextOfIdentity(keyIdentity({ scopes: ['urls:read', 'urls:write'] })),
      });
    },
  );

  it.each(['Bearer', 'bearer', 'BEARER ', 'Bearer   '])('knows a person by their token after "%s"', async (scheme) => {
    expect(await identityFor({ headers: { authorization: `${scheme} ${token}` } })).toEqual(personIdentity());
  });

  it.each(['Cookie', 'cookie', 'COOKIE'])('knows a person by their cookie in the header %s', async (name) => {
    const identity = await identityFor({ headers: { [name]: `a=b; ${cookie()}; theme=dark` } });
    expect(identity).toEqual(personIdentity({ credential: 'cookie' }));
  });

  it('knows a person by a cookie in the second of several headers', async () => {
    const parts = { headers: { Cookie: 'theme=dark' }, cookies: [cookie(), 'theme=dark'] };
    expect(await identityFor(parts)).toEqual(personIdentity({ credential: 'cookie' }));
  });

  it('believes a Bearer header over cookies, also a wrong one', async () => {
    const both = { authorization: `Bearer ${KEY}`, cookie: cookie() };
    expect(await identityFor({ headers: both })).toMatchObject({ principal: { kind: 'key' }, credential: 'bearer' });
    for (const authorization of ['Bearer', 'Bearer nonsense', 'bearer a b', `Bearer ${newApiKey(randomBytes)}`])
      await expect(ask({ headers: { authorization, cookie: cookie() } })).rejects.toThrow(/^Unauthorized$/);
  });

  it('lets another scheme of a proxy pass by', async () => {
    const headers = { authorization: 'Basic dXNlcjpwYXNz', cookie: cookie() };
    expect(await identityFor({ headers })).toEqual(personIdentity({ credential: 'cookie' }));
  });

  it('finds the workspace in the path, else in the header, else it is the person’s own', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const named = { ...headers, 'X-Signpost-Workspace': 'ws_2' };
    const viewer = personIdentity({ workspaceId: 'ws_2', plan: 'free', role: 'viewer' });
    expect(await identityFor({ headers })).toEqual(personIdentity());
    expect(await identityFor({ headers: named })).toEqual(viewer);
    expect(await identityFor({ headers, params: { workspace_id: 'ws_2' } })).toEqual(viewer);
    expect(await identityFor({ headers: named, params: { workspace_id: 'ws_1' } })).toEqual(personIdentity());
    expect(await identityFor({ headers: named, params: { code: 'ws_1' } })).toEqual(viewer);
  });

  it('tells of a workspace that is not the caller’s as of one that does not exist', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const nowhere = personIdentity({ role: null });
    for (const workspace_id of ['ws_3', 'ws_1%20', '', 'x'.repeat(3_000)])
      expect(await identityFor({ headers, params: { workspace_id } })).toEqual(nowhere);
    const key = { authorization: `Bearer ${KEY}`, 'x-signpost-workspace': 'ws_2' };
    expect(await identityFor({ headers: key })).toMatchObject({ workspace: null, permissions: [] });
  });

  it.each<Record<string, string> | null>([
    null,
    {},
    { authorization: '' },
    { authorization: KEY },
    { authorization: `Bearer ${newApiKey(randomBytes)}` },
    { 'x-api-key': KEY },
    { authorization: `Bearer ${KEY}x` },
    { authorization: `Bearer ${KEY},` },
    { authorization: `Bearer "${KEY}"` },
    { authorization: `Basic ${KEY}` },
    { cookie: `__Host-signpost_access=${KEY}` },
    { cookie: '__Host-signpost_access=' },
    { cookie: '__Host-signpost_access' },
    { cookie: '__Host-signpost_refresh=sr.usr_1.ses_1.x' },
    { cookie: '; ;=;==' },
  ])('says "Unauthorized", which API Gateway answers with 401: %#', async (headers) => {
    await expect(ask({ headers })).rejects.toThrow(/^Unauthorized$/);
  });

  it.each(['access_token', 'signpost_access', '__host-signpost_access', '__Secure-signpost_access'])(
    'reads no cookie of the name %s, which a neighbour host could set',
    async (name) => {
      await expect(ask({ headers: { cookie: `${name}=${token}` } })).rejects.toThrow(/^Unauthorized$/);
    },
  );

  it('says something else when the store is away: that is no 401', async () => {
    const away = deps({ findApiKey: () => Promise.reject(new Error('away')) });
    const asked = authorizerHandler(away)(event({ headers: { authorization: `Bearer ${KEY}` } }));
    await expect(asked).rejects.toThrow(/^away$/);
  });
});

describe('What an authorizer tells the handlers', () => {
  it.each([
    ['a key', keyIdentity()],
    ['a key without scopes', { ...keyIdentity(), permissions: permissionsOfScopes([]) }],
    ['a key elsewhere', { ...keyIdentity(), workspace: null, permissions: [] }],
    ['a person', personIdentity()],
    ['a person by cookie', personIdentity({ credential: 'cookie', role: 'viewer', isAdmin: true })],
    ['a person nowhere', personIdentity({ role: null })],
  ])('of %s is what they read', (_, identity) => {
    const context = contextOfIdentity(identity);
    expect(Object.values(context).every((value) => typeof value === 'string')).toBe(true);
    expect(identityOfContext(context)).toEqual(identity);
  });

  it('is nobody where no authorizer was asked', () => {
    for (const context of [null, undefined, {}, { permissions: permissionsOfRole('owner').join(' ') }])
      expect(identityOfContext(context)).toBeNull();
  });
});
