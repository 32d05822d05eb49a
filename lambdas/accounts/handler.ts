import { Failure } from '../../core/errors.ts';
import type { Handle } from '../http.ts';
import { withQuotaShown } from '../quota.ts';
import type { AccountsRoutes, CommonDeps } from './context.ts';
import type { PersonalDeps } from './personal-routes.ts';
import { PERSONAL_ROUTES } from './personal-routes.ts';
import type { SharedDeps } from './workspace-routes.ts';
import { WORKSPACE_ROUTES } from './workspace-routes.ts';

export type AccountsDeps = CommonDeps & SharedDeps & PersonalDeps;

export const ACCOUNTS_ROUTES: AccountsRoutes<SharedDeps & PersonalDeps> = {
  ...WORKSPACE_ROUTES,
  ...PERSONAL_ROUTES,
};

/** Profiles, sessions, workspaces, members, API keys and the audit log: each route has its function. */
export const accountsHandler = (deps: AccountsDeps): Handle => handlerOf(deps, ACCOUNTS_ROUTES);

export const handlerOf =
  <Deps>(deps: CommonDeps & Deps, routes: AccountsRoutes<Deps>): Handle =>
  async (request, answerHeaders) => {
    const route = routes[`${request.method} ${request.route}`];
    if (route === undefined) throw new Failure('NOT_FOUND');
    const work = () => route({ deps, request, answerHeaders });
    const workspace = request.identity?.workspace;
    if (!workspace) return work();
    return withQuotaShown(deps, { workspaceId: workspace.id, plan: workspace.plan }, answerHeaders, work);
  };
