import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { CredentialStore } from '../../core/accounts/authenticate.ts';
import { authenticate } from '../../core/accounts/authenticate.ts';
import { contextOfIdentity } from '../identity-context.ts';

/** What API Gateway turns into 401, by the UNAUTHORIZED gateway response. The word is its protocol. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Says who calls; what they may do is each route's scope, checked by the handlers. So the policy allows the whole stage
 * (a cached policy covers every method) and the caller travels in the context.
 */
export const authorizerHandler =
  (store: CredentialStore) =>
  async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const authorization = Object.entries(event.headers ?? {}).find(
      ([name]) => name.toLowerCase() === 'authorization',
    )?.[1];
    const identity = await authenticate(store, authorization);
    if (identity === null) throw new Error(UNAUTHORIZED);
    const { principal } = identity;
    return {
      principalId: principal.kind === 'user' ? principal.userId : principal.keyId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: stageArn(event.methodArn) }],
      },
      context: contextOfIdentity(identity),
    };
  };

/** `arn:…:api-id/stage/METHOD/path` → every method and path of that stage. */
const stageArn = (methodArn: string): string => `${methodArn.split('/').slice(0, 2).join('/')}/*`;
