import type { OnceDeps } from '../../core/accounts/idempotency.ts';
import type { AnswerHeaders } from '../http.ts';
import type { QuotaDeps } from '../quota.ts';
import type { HttpAnswer, HttpRequest } from '../request.ts';

/** What every route of the accounts function stands on; each adds the ports of its noun. */
export type CommonDeps = OnceDeps & QuotaDeps;

/** What a route's function gets. `callerOf` and `personOf` tell who calls. */
export type AccountsContext<Deps> = {
  readonly deps: CommonDeps & Deps;
  readonly request: HttpRequest;
  readonly answerHeaders: AnswerHeaders;
};

export type AccountsRoute<Deps> = (context: AccountsContext<Deps>) => Promise<HttpAnswer>;

/** By method and route, `GET /v1/workspaces`. */
export type AccountsRoutes<Deps> = Readonly<Record<string, AccountsRoute<Deps>>>;
