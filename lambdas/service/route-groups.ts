import type { Route } from '../routes.ts';

/** How documentation puts the routes together, in the order they are read. */
export const ROUTE_GROUPS = [
  'Links',
  'QR codes',
  'Analytics',
  'Unlocking',
  'Sign-in',
  'Account',
  'Workspaces',
  'API keys',
  'Administration',
  'Earlier paths',
  'Service',
] as const;
export type RouteGroup = (typeof ROUTE_GROUPS)[number];

export function groupOf({ function: name, path, access, aliasOf }: Route): RouteGroup {
  if (aliasOf !== undefined) return 'Earlier paths';
  switch (name) {
    case 'links':
      return 'Links';
    case 'qr':
    case 'logos':
    case 'batches':
    case 'batch-events':
      return 'QR codes';
    case 'analytics':
    case 'live':
    case 'reports':
    case 'track':
    case 'export':
      return 'Analytics';
    case 'unlock':
      return 'Unlocking';
    case 'auth':
      return 'Sign-in';
    case 'accounts':
      if (access === 'users:admin') return 'Administration';
      if (path.startsWith('/v1/api-keys')) return 'API keys';
      return /^\/v1\/(users|sessions)/.test(path) ? 'Account' : 'Workspaces';
    default:
      return 'Service';
  }
}
