import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { AuthenticateDeps, ShownCredential } from '../core/accounts/authenticate.ts';
import { authenticate } from '../core/accounts/authenticate.ts';
import type { Identity } from '../core/accounts/caller.ts';
import { ACCESS_COOKIE, cookiesOf } from './session-cookies.ts';

const WORKSPACE_HEADER = 'x-signpost-workspace';

/** What of a REST API's event, or of the one its authorizer gets, says who calls and about which workspace. */
type Call = {
  readonly headers: APIGatewayProxyEvent['headers'] | null;
  readonly multiValueHeaders: APIGatewayProxyEvent['multiValueHeaders'] | null;
  readonly pathParameters: APIGatewayProxyEvent['pathParameters'];
};

/** Who calls, or null where that is not to be believed. */
export async function whoCalls(deps: AuthenticateDeps, call: Call): Promise<Identity | null> {
  const headers = headersOf(call);
  const shown = credentialIn(headers);
  const workspaceId = call.pathParameters?.['workspace_id'] ?? headers[WORKSPACE_HEADER] ?? null;
  return shown === null ? null : authenticate(deps, shown, workspaceId);
}

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
function headersOf({ headers, multiValueHeaders }: Call): Record<string, string> {
  const single = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? ''] as const);
  const cookies = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    name.toLowerCase() === 'cookie' ? [['cookie', (values ?? []).join('; ')] as const] : [],
  );
  return Object.fromEntries([...single, ...cookies]);
}
