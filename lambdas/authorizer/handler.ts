import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { AuthenticateDeps, ShownCredential } from '../../core/accounts/authenticate.ts';
import { authenticate } from '../../core/accounts/authenticate.ts';
import { contextOfIdentity } from '../identity-context.ts';
import { ACCESS_COOKIE, cookiesOf } from '../session-cookies.ts';

/** What API Gateway turns into 401, by the UNAUTHORIZED gateway response. The word is its protocol. */
const UNAUTHORIZED = 'Unauthorized';
const WORKSPACE_HEADER = 'x-signpost-workspace';

/**
 * Says who calls; what they may do is each route's permission, checked by the handlers. So the policy allows the whole
 * stage (a cached policy covers every method) and the caller travels in the context.
 */
export const authorizerHandler =
  (deps: AuthenticateDeps) =>
  async (event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> => {
    const headers = headersOf(event);
    const shown = credentialIn(headers);
    const workspaceId = event.pathParameters?.['workspace_id'] ?? headers[WORKSPACE_HEADER] ?? null;
    const identity = shown === null ? null : await authenticate(deps, shown, workspaceId);
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

/** A Bearer header counts, good or not; only without one the cookie does, which browsers send whatever the page meant. */
function credentialIn(headers: Readonly<Record<string, string>>): ShownCredential | null {
  const authorization = headers['authorization'] ?? '';
  if (/^bearer\b/i.test(authorization)) {
    const token = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    return token === undefined ? null : { credential: 'bearer', token };
  }
  const token = cookiesOf(headers)[ACCESS_COOKIE];
  return token === undefined ? null : { credential: 'cookie', token };
}

/** By lower-case name. A browser may send its cookies in several headers (RFC 9113 §8.2.3). */
function headersOf({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent): Record<string, string> {
  const single = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? ''] as const);
  const cookies = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    name.toLowerCase() === 'cookie' ? [['cookie', (values ?? []).join('; ')] as const] : [],
  );
  return Object.fromEntries([...single, ...cookies]);
}

/** `arn:…:api-id/stage/METHOD/path` → every method and path of that stage. */
const stageArn = (methodArn: string): string => `${methodArn.split('/').slice(0, 2).join('/')}/*`;
