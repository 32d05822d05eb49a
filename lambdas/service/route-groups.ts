import type { Route } from '../routes.ts';

/** How documentation puts the routes together, in the order they are read. */
export const ROUTE_GROUPS = ['Links', 'Statistics', 'Unlocking', 'Earlier paths', 'Service'] as const;
export type RouteGroup = (typeof ROUTE_GROUPS)[number];

export function groupOf({ function: name, aliasOf }: Route): RouteGroup {
  if (aliasOf !== undefined) return 'Earlier paths';
  switch (name) {
    case 'links':
      return 'Links';
    case 'stats':
      return 'Statistics';
    case 'unlock':
      return 'Unlocking';
    default:
      return 'Service';
  }
}
