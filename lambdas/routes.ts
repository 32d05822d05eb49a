import type { FunctionName } from '../adapters/env.ts';

/**
 * ★ Fact file: every way in. `lib/` builds both APIs from it, the OpenAPI document and the docs are rendered from it,
 * reserved aliases are derived from it, and tests walk it.
 *
 * `app` is the app domain (REST API, authorizer), `short` the short domain (HTTP API, visitors).
 */
export type Scope = 'urls:read' | 'urls:write' | 'qr:read' | 'qr:write' | 'analytics:read' | 'account:admin';

export type Route = {
  readonly door: 'app' | 'short';
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  /** Path template; `{name}` is one segment. */
  readonly path: string;
  readonly function: FunctionName;
  /** What the authorizer asks of the caller; `public` routes have no authorizer. */
  readonly access: 'public' | Scope;
  readonly summary: string;
  /** Same handler and answers as this path; set on the alias paths of the original design documents. */
  readonly aliasOf?: string;
};

export const ROUTES: readonly Route[] = [
  {
    door: 'app',
    method: 'POST',
    path: '/v1/urls',
    function: 'links',
    access: 'urls:write',
    summary: 'Create a short link',
  },
  { door: 'app', method: 'GET', path: '/v1/urls', function: 'links', access: 'urls:read', summary: 'List links' },
  {
    door: 'app',
    method: 'POST',
    path: '/v1/urls/bulk',
    function: 'links',
    access: 'urls:write',
    summary: 'Create up to 1,000 short links',
  },
  {
    door: 'app',
    method: 'GET',
    path: '/v1/urls/{code}',
    function: 'links',
    access: 'urls:read',
    summary: 'Read a link',
  },
  {
    door: 'app',
    method: 'PATCH',
    path: '/v1/urls/{code}',
    function: 'links',
    access: 'urls:write',
    summary: 'Change a link',
  },
  {
    door: 'app',
    method: 'DELETE',
    path: '/v1/urls/{code}',
    function: 'links',
    access: 'urls:write',
    summary: 'Delete a link',
  },
  {
    door: 'app',
    method: 'GET',
    path: '/v1/urls/{code}/stats',
    function: 'stats',
    access: 'analytics:read',
    summary: 'Count the clicks of a link',
  },
  {
    door: 'app',
    method: 'POST',
    path: '/v1/urls/{code}/unlock',
    function: 'unlock',
    access: 'public',
    summary: 'Unlock a protected link',
  },
  {
    door: 'app',
    method: 'POST',
    path: '/url/shorten',
    function: 'links',
    access: 'urls:write',
    summary: 'Create a short link',
    aliasOf: '/v1/urls',
  },
  { door: 'app', method: 'GET', path: '/', function: 'service', access: 'public', summary: 'What answers here' },
  { door: 'app', method: 'GET', path: '/health', function: 'service', access: 'public', summary: 'Liveness' },
  { door: 'app', method: 'HEAD', path: '/health', function: 'service', access: 'public', summary: 'Liveness' },
  {
    door: 'app',
    method: 'GET',
    path: '/health/deep',
    function: 'service',
    access: 'public',
    summary: 'Each dependency of the API',
  },
  {
    door: 'app',
    method: 'GET',
    path: '/openapi.json',
    function: 'service',
    access: 'public',
    summary: 'This document',
  },
  { door: 'app', method: 'GET', path: '/docs', function: 'service', access: 'public', summary: 'API documentation' },
  {
    door: 'app',
    method: 'GET',
    path: '/docs/errors/{word}',
    function: 'service',
    access: 'public',
    summary: 'One error, explained',
  },

  { door: 'short', method: 'GET', path: '/', function: 'redirect', access: 'public', summary: 'The bare short domain' },
  {
    door: 'short',
    method: 'HEAD',
    path: '/',
    function: 'redirect',
    access: 'public',
    summary: 'The bare short domain',
  },
  { door: 'short', method: 'GET', path: '/health', function: 'redirect', access: 'public', summary: 'Liveness' },
  { door: 'short', method: 'HEAD', path: '/health', function: 'redirect', access: 'public', summary: 'Liveness' },
  {
    door: 'short',
    method: 'GET',
    path: '/health/deep',
    function: 'redirect',
    access: 'public',
    summary: 'Each dependency of the redirect',
  },
  {
    door: 'short',
    method: 'GET',
    path: '/docs/errors/{word}',
    function: 'service',
    access: 'public',
    summary: 'One error, explained',
  },
  {
    door: 'short',
    method: 'GET',
    path: '/{code}',
    function: 'redirect',
    access: 'public',
    summary: 'Follow a short link; `{code}+` previews it',
  },
  {
    door: 'short',
    method: 'HEAD',
    path: '/{code}',
    function: 'redirect',
    access: 'public',
    summary: 'Look where a short link leads, uncounted',
  },
  {
    door: 'short',
    method: 'POST',
    path: '/{code}',
    function: 'unlock',
    access: 'public',
    summary: 'Unlock a protected link from its password page',
  },
  {
    door: 'short',
    method: 'POST',
    path: '/v1/urls/{code}/unlock',
    function: 'unlock',
    access: 'public',
    summary: 'Unlock a protected link',
  },
];

/** On the short domain everything no route names (other methods, deeper paths) gets the redirect function's 404 or 405. */
export const SHORT_DOOR_FALLBACK: FunctionName = 'redirect';
