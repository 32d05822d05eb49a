import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthenticateDeps } from '../../core/accounts/authenticate.ts';
import { contextOfIdentity } from '../identity-context.ts';
import { whoCalls } from '../who-calls.ts';

/** What API Gateway turns into 401, by the UNAUTHORIZED gateway response. The word is its protocol. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Says who calls; what they may do is each route's permission, checked by the handlers. So the policy allows the whole
 * stage (a cached policy covers every method) and the caller travels in the context.
 */
export const authorizerHandler =
  (deps: AuthenticateDeps) =>
  async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const identity = await whoCalls(deps, event);
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
