import { randomBytes } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { hashApiKey, newApiKey } from '../../core/accounts/api-key.ts';
import type { CredentialStore } from '../../core/accounts/authenticate.ts';
import { authorizerHandler } from '../../lambdas/authorizer/handler.ts';
import { appEvent } from '../fixtures/events.ts';
import { NOW_MS } from '../fixtures/links.ts';

const KEY = newApiKey(randomBytes);
const store: CredentialStore = {
  findApiKey: async (hash) =>
    hash === hashApiKey(KEY)
      ? { id: 'key_1', workspaceId: 'ws_1', name: 'CI', scopes: ['urls:read', 'urls:write'], createdAtMs: NOW_MS }
      : null,
  findWorkspace: async (id) => ({ id, name: 'Acme', plan: 'free', createdAtMs: NOW_MS }),
};

function event(headers: Record<string, string> | null): APIGatewayRequestAuthorizerEvent {
  const { body: _body, isBase64Encoded: _base64, ...request } = appEvent('POST', '/v1/urls');
  const methodArn = 'arn:aws:execute-api:us-east-1:000000000000:abc123/prod/POST/v1/urls';
  return { ...request, type: 'REQUEST', methodArn, headers } as APIGatewayRequestAuthorizerEvent;
}

describe('The authorizer', () => {
  it.each(['Authorization', 'authorization', 'AUTHORIZATION'])(
    'tells who calls, by the header %s, for every route of the stage',
    async (name) => {
      expect(await authorizerHandler(store)(event({ [name]: `Bearer ${KEY}` }))).toEqual({
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
        context: { workspaceId: 'ws_1', plan: 'free', keyId: 'key_1', scopes: 'urls:read urls:write' },
      });
    },
  );

  it.each<Record<string, string> | null>([
    null,
    {},
    { authorization: '' },
    { authorization: KEY },
    { authorization: `Bearer ${newApiKey(randomBytes)}` },
    { 'x-api-key': KEY },
    { authorization: `Bearer ${KEY}x` },
  ])('says "Unauthorized", which API Gateway answers with 401: %#', async (headers) => {
    await expect(authorizerHandler(store)(event(headers))).rejects.toThrow(/^Unauthorized$/);
  });

  it('says something else when the store is away: that is no 401', async () => {
    const away = { ...store, findApiKey: () => Promise.reject(new Error('away')) };
    await expect(authorizerHandler(away)(event({ authorization: `Bearer ${KEY}` }))).rejects.toThrow(/^away$/);
  });
});
