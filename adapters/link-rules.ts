import { reservedAliases } from '../core/links/alias.ts';
import type { LinkRules } from '../core/links/create-link.ts';
import { DEFAULT_DOMAIN } from './table.ts';

type LinkSettings = {
  readonly MAX_ALIAS_LENGTH: string;
  readonly SHORT_ORIGIN: string;
  readonly ALLOW_PRIVATE_TARGETS: string;
};

/** What a stage allows of links; an alias stands for no path of a route. */
export const linkRules = (env: LinkSettings, routePaths: readonly string[]): LinkRules => ({
  domain: DEFAULT_DOMAIN,
  alias: { maxLength: Number(env.MAX_ALIAS_LENGTH), reserved: reservedAliases(routePaths) },
  ownHostnames: new Set([new URL(env.SHORT_ORIGIN).hostname]),
  allowPrivateTargets: env.ALLOW_PRIVATE_TARGETS === 'true',
});
