import { Failure } from '../../core/errors.ts';
import type { Handle } from '../http.ts';
import type { AccountsRoutes, CommonDeps } from './context.ts';
import type { PersonalDeps } from './personal-routes.ts';
import { PERSONAL_ROUTES } from './personal-routes.ts';
import type { WorkspacesDeps } from './workspace-routes.ts';
import { WORKSPACE_ROUTES } from './workspace-routes.ts';

export type AccountsDeps = CommonDeps & WorkspacesDeps & PersonalDeps;

export const ACCOUNTS_ROUTES: AccountsRoutes<WorkspacesDeps & PersonalDeps> = {
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
    return route({ deps, request, answerHeaders });
  };
