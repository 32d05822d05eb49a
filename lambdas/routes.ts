import type { FunctionName } from '../adapters/env.ts';
import type { Permission } from '../core/accounts/permissions.ts';

/**
 * ★ Fact file: every way in. `lib/` builds both APIs from it, the OpenAPI document and the docs are rendered from it,
 * reserved aliases are derived from it, and tests walk it.
 *
 * `app` is the app domain (REST API, authorizer), `short` the short domain (HTTP API, visitors).
 */
export type Route = {
  readonly door: 'app' | 'short';
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path template; `{name}` is one segment. `{workspace_id}` is the workspace the call is about. */
  readonly path: string;
  readonly function: FunctionName;
  /** What the caller must be permitted (`core/accounts/permissions.ts`); `public` routes have no authorizer. */
  readonly access: 'public' | Permission;
  readonly summary: string;
  /** Same handler and answers as this path; set on the alias paths of the original design documents. */
  readonly aliasOf?: string;
  /** Answered while it happens, by response streaming; a success has no end of its own. App domain only. */
  readonly streams?: true;
};

type Method = Route['method'];
type Access = Route['access'];

const app = (method: Method, path: string, name: FunctionName, access: Access, summary: string): Route => ({
  door: 'app',
  method,
  path,
  function: name,
  access,
  summary,
});
const short = (method: Method, path: string, name: FunctionName, access: Access, summary: string): Route => ({
  ...app(method, path, name, access, summary),
  door: 'short',
});

const stream = (path: string, name: FunctionName, access: Access, summary: string): Route => ({
  ...app('GET', path, name, access, summary),
  streams: true,
});
/** Streamed for the bytes of their files, which API Gateway would otherwise take in base64 only. */
const qr = (method: Method, path: string, access: 'qr:read' | 'qr:write', summary: string): Route => ({
  ...app(method, path, 'qr', access, summary),
  streams: true,
});

const CANONICAL: readonly Route[] = [
  app('POST', '/v1/urls', 'links', 'urls:write', 'Create a short link'),
  app('GET', '/v1/urls', 'links', 'urls:read', 'List links'),
  app('POST', '/v1/urls/bulk', 'links', 'urls:write', 'Create up to 1,000 short links'),
  app('GET', '/v1/urls/{code}', 'links', 'urls:read', 'Read a link'),
  app('PATCH', '/v1/urls/{code}', 'links', 'urls:write', 'Change a link'),
  app('DELETE', '/v1/urls/{code}', 'links', 'urls:write', 'Delete a link'),
  app('GET', '/v1/urls/{code}/stats', 'analytics', 'analytics:read', 'Count the clicks of a link'),
  app('POST', '/v1/urls/{code}/unlock', 'unlock', 'public', 'Unlock a protected link'),

  qr('POST', '/v1/qr', 'qr:write', 'Make a QR code, of a link or of anything else'),
  qr('POST', '/v1/qr/check', 'qr:read', 'How well a QR code would scan, and what would help; nothing is kept'),
  qr('GET', '/v1/qr', 'qr:read', 'List QR codes'),
  qr('GET', '/v1/qr/{qr_id}', 'qr:read', 'Read a QR code'),
  qr('GET', '/v1/qr/{qr_id}/image', 'qr:read', 'The image of a QR code, also in another format or size'),
  qr('GET', '/v1/urls/{code}/qr', 'qr:read', 'The QR code of a link, as an image'),

  app('POST', '/v1/logos', 'logos', 'qr:write', 'Announce a logo, and get a form to upload it with'),
  app('GET', '/v1/logos', 'logos', 'qr:read', 'List logos'),
  app('GET', '/v1/logos/{logo_id}', 'logos', 'qr:read', 'Read a logo, and whether codes can carry it'),
  app('DELETE', '/v1/logos/{logo_id}', 'logos', 'qr:write', 'Delete a logo'),

  app('POST', '/v1/qr/uploads', 'batches', 'qr:write', 'Get a form to upload the rows of a batch with'),
  app('POST', '/v1/qr/batches', 'batches', 'qr:write', 'Order up to 100,000 QR codes'),
  app('GET', '/v1/qr/batches', 'batches', 'qr:read', 'List batches'),
  app('GET', '/v1/qr/batches/{batch_id}', 'batches', 'qr:read', 'Read a batch, and where to download it'),
  app('POST', '/v1/qr/batches/{batch_id}/cancel', 'batches', 'qr:write', 'Cancel a batch'),
  app('POST', '/v1/qr/batches/{batch_id}/retry', 'batches', 'qr:write', 'Make the rows that failed once more'),
  stream('/v1/qr/batches/{batch_id}/events', 'batch-events', 'qr:read', 'How far a batch is, as it happens'),

  app('GET', '/v1/analytics/summary', 'analytics', 'analytics:read', 'Totals, series and top lists of a range'),
  app('GET', '/v1/analytics/timeseries', 'analytics', 'analytics:read', 'Clicks by hour, day, week or month'),
  app('GET', '/v1/analytics/breakdown', 'analytics', 'analytics:read', 'Values of a dimension, most clicks first'),
  app('POST', '/v1/analytics/track', 'track', 'events:write', 'Tell an event, such as a purchase; counted once'),
  app('GET', '/v1/analytics/events', 'track', 'analytics:read', 'Told events by type and day'),
  app('POST', '/v1/reports', 'reports', 'analytics:read', 'Order a report on clicks'),
  app('GET', '/v1/reports', 'reports', 'analytics:read', 'List reports'),
  app('GET', '/v1/reports/{report_id}', 'reports', 'analytics:read', 'Read a report, and where to download it'),
  app('POST', '/v1/reports/{report_id}/cancel', 'reports', 'analytics:read', 'Cancel a report'),
  stream('/v1/analytics/live', 'live', 'analytics:read', 'Clicks of the workspace as they happen'),
  stream('/v1/clicks/export', 'export', 'analytics:read', 'Clicks of a range as rows, CSV or JSON lines'),
  stream('/v1/urls/{code}/clicks/live', 'live', 'analytics:read', 'Clicks of a link as they happen'),

  app('POST', '/v1/auth/register', 'auth', 'public', 'Register; the answer is the same for a known address'),
  app('POST', '/v1/auth/verify-email', 'auth', 'public', 'Prove an e-mail address and open the account'),
  app('POST', '/v1/auth/login', 'auth', 'public', 'Sign in'),
  app('POST', '/v1/auth/refresh', 'auth', 'public', 'Get a new access token for the refresh cookie'),
  app('POST', '/v1/auth/logout', 'auth', 'public', 'End this session'),
  app('POST', '/v1/auth/password/forgot', 'auth', 'public', 'Ask for a mail that resets the password'),
  app('POST', '/v1/auth/password/reset', 'auth', 'public', 'Set a new password with the token from the mail'),
  app('POST', '/v1/auth/password/change', 'auth', 'self', 'Change the password; other sessions end'),
  app('POST', '/v1/auth/email/change', 'auth', 'self', 'Ask for another e-mail address'),
  app('POST', '/v1/auth/email/confirm', 'auth', 'public', 'Prove the new e-mail address; other sessions end'),
  app('GET', '/.well-known/jwks.json', 'auth', 'public', 'Public keys of the access tokens'),
  app('GET', '/account/{page}', 'auth', 'public', 'The page a mail leads to'),
  app('POST', '/account/{page}', 'auth', 'public', 'The form of the page a mail leads to'),

  app('GET', '/v1/users/me', 'accounts', 'self', 'Read your profile'),
  app('PATCH', '/v1/users/me', 'accounts', 'self', 'Change your profile'),
  app('DELETE', '/v1/users/me', 'accounts', 'self', 'Delete your account; all of it is erased'),
  app('GET', '/v1/users/me/preferences', 'accounts', 'self', 'Read your preferences'),
  app('PUT', '/v1/users/me/preferences', 'accounts', 'self', 'Replace your preferences'),
  app('GET', '/v1/users/me/export', 'accounts', 'self', 'Everything that is stored about you'),
  app('GET', '/v1/sessions', 'accounts', 'self', 'List your sessions'),
  app('DELETE', '/v1/sessions', 'accounts', 'self', 'End all your sessions'),
  app('DELETE', '/v1/sessions/{session_id}', 'accounts', 'self', 'End one of your sessions'),
  app('GET', '/v1/users', 'accounts', 'users:admin', 'List all users'),
  app('GET', '/v1/users/{user_id}', 'accounts', 'users:admin', 'Read a user'),
  app('PUT', '/v1/users/{user_id}', 'accounts', 'users:admin', 'Change a user'),
  app('GET', '/v1/workspaces', 'accounts', 'self', 'List your workspaces'),
  app('POST', '/v1/workspaces', 'accounts', 'self', 'Make a workspace'),
  app('GET', '/v1/workspaces/{workspace_id}', 'accounts', 'workspace:read', 'Read a workspace'),
  app('PATCH', '/v1/workspaces/{workspace_id}', 'accounts', 'workspace:write', 'Rename a workspace'),
  app('DELETE', '/v1/workspaces/{workspace_id}', 'accounts', 'workspace:own', 'Delete a workspace with all its links'),
  app(
    'POST',
    '/v1/workspaces/{workspace_id}/transfer',
    'accounts',
    'workspace:own',
    'Give a workspace to another member',
  ),
  app('POST', '/v1/workspaces/{workspace_id}/leave', 'accounts', 'workspace:leave', 'Leave a workspace'),
  app(
    'GET',
    '/v1/workspaces/{workspace_id}/usage',
    'accounts',
    'usage:read',
    'Limits of the plan and what is used of them',
  ),
  app('GET', '/v1/workspaces/{workspace_id}/members', 'accounts', 'members:read', 'List the members'),
  app('PATCH', '/v1/workspaces/{workspace_id}/members/{user_id}', 'accounts', 'members:write', 'Change a role'),
  app('DELETE', '/v1/workspaces/{workspace_id}/members/{user_id}', 'accounts', 'members:write', 'Remove a member'),
  app('GET', '/v1/workspaces/{workspace_id}/invites', 'accounts', 'members:read', 'List open invites'),
  app('POST', '/v1/workspaces/{workspace_id}/invites', 'accounts', 'members:write', 'Invite somebody by mail'),
  app(
    'DELETE',
    '/v1/workspaces/{workspace_id}/invites/{invite_id}',
    'accounts',
    'members:write',
    'Take an invite back',
  ),
  app('POST', '/v1/invites/accept', 'accounts', 'self', 'Join the workspace you were invited to'),
  app('GET', '/v1/api-keys', 'accounts', 'keys:read', 'List the API keys of the workspace'),
  app('POST', '/v1/api-keys', 'accounts', 'keys:write', 'Make an API key; it is shown once'),
  app('DELETE', '/v1/api-keys', 'accounts', 'keys:write', 'Revoke all API keys of the workspace'),
  app('DELETE', '/v1/api-keys/{key_id}', 'accounts', 'keys:write', 'Revoke an API key'),
  app('GET', '/v1/audit-log', 'accounts', 'audit:read', 'Who did what in the workspace, and when'),

  app('GET', '/', 'service', 'public', 'What answers here'),
  app('GET', '/health', 'service', 'public', 'Liveness'),
  app('HEAD', '/health', 'service', 'public', 'Liveness'),
  app('GET', '/health/deep', 'service', 'public', 'Each dependency of the API'),
  app('GET', '/openapi.json', 'service', 'public', 'This document'),
  app('GET', '/docs', 'service', 'public', 'API documentation'),
  app('GET', '/docs/errors/{word}', 'service', 'public', 'One error, explained'),

  short('GET', '/', 'redirect', 'public', 'The bare short domain'),
  short('HEAD', '/', 'redirect', 'public', 'The bare short domain'),
  short('GET', '/health', 'redirect', 'public', 'Liveness'),
  short('HEAD', '/health', 'redirect', 'public', 'Liveness'),
  short('GET', '/health/deep', 'redirect', 'public', 'Each dependency of the redirect'),
  short('GET', '/docs/errors/{word}', 'service', 'public', 'One error, explained'),
  short('GET', '/{code}', 'redirect', 'public', 'Follow a short link; `{code}+` previews it'),
  short('HEAD', '/{code}', 'redirect', 'public', 'Look where a short link leads, uncounted'),
  short('GET', '/Q/{scan}', 'redirect', 'public', 'Follow the QR code of a short link'),
  short('HEAD', '/Q/{scan}', 'redirect', 'public', 'Look where a QR code leads, uncounted'),
  short('GET', '/Q/{scan}/{placement}', 'redirect', 'public', 'Follow the QR code that hangs at a placement'),
  short('HEAD', '/Q/{scan}/{placement}', 'redirect', 'public', 'Look where a QR code leads, uncounted'),
  short('POST', '/{code}', 'unlock', 'public', 'Unlock a protected link from its password page'),
  short('POST', '/v1/urls/{code}/unlock', 'unlock', 'public', 'Unlock a protected link'),
];

/** Method, path and the path it stands for, of the original design documents. */
const ALIASES: readonly (readonly [method: Method, path: string, aliasOf: string])[] = [
  ['POST', '/url/shorten', '/v1/urls'],
  ['POST', '/qr/generate', '/v1/qr'],
  ['GET', '/qr/batch-progress', '/v1/qr/batches/{batch_id}/events'],
  ['GET', '/analytics/summary', '/v1/analytics/summary'],
  ['GET', '/analytics/dashboard', '/v1/analytics/summary'],
  ['POST', '/analytics/track', '/v1/analytics/track'],
  ['POST', '/analytics', '/v1/analytics/track'],
  ['POST', '/auth/login', '/v1/auth/login'],
  ['POST', '/users/authenticate', '/v1/auth/login'],
  ['GET', '/users', '/v1/users'],
  ['PUT', '/users/{user_id}', '/v1/users/{user_id}'],
  ['DELETE', '/sessions', '/v1/sessions'],
];

export const ROUTES: readonly Route[] = [
  ...CANONICAL,
  ...ALIASES.map(([method, path, aliasOf]) => ({ ...canonicalOf(method, aliasOf), path, aliasOf })),
];

function canonicalOf(method: Method, path: string): Route {
  const found = CANONICAL.find((route) => route.method === method && route.path === path);
  if (found === undefined) throw new Error(`${method} ${path} has an alias but no route.`);
  return found;
}

/** On the short domain everything no route names (other methods, deeper paths) gets the redirect function's 404 or 405. */
export const SHORT_DOOR_FALLBACK: FunctionName = 'redirect';
