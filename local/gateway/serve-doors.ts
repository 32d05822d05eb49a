import type { OriginPlan } from '../cloud/distributions.ts';
import type { Plan } from '../cloud/plan.ts';
import type { LambdaHost } from '../lambda/host.ts';
import type { Door } from './door.ts';
import { type Origin, playDistribution } from './edge.ts';
import { playHttpApi } from './http-api.ts';
import { playRestApi } from './rest-api.ts';

type ApiKind = OriginPlan['api']['kind'];

/** Opens each door for the distribution whose default behavior leads to an API of that kind. */
export function serveDoors(
  plan: Plan,
  host: Pick<LambdaHost, 'invoke' | 'stream'>,
  doors: Readonly<Record<ApiKind, Door>>,
): void {
  for (const distribution of plan.distributions) {
    const kind = distribution.behaviors.at(-1)?.origin.api.kind;
    if (kind === undefined) continue;
    const door = doors[kind];
    door.serve(playDistribution(distribution, door.domain, (api) => originOf(api, plan, host)));
  }
}

function originOf({ kind, name }: OriginPlan['api'], plan: Plan, host: Pick<LambdaHost, 'invoke' | 'stream'>): Origin {
  const timeoutMs = (functionName: string): number =>
    (plan.functions.find((fn) => fn.name === functionName)?.timeoutS ?? 0) * 1000;
  const httpApi = plan.httpApis.find((api) => kind === 'http-api' && api.name === name);
  if (httpApi !== undefined) return playHttpApi(httpApi, host, timeoutMs);
  const restApi = plan.restApis.find((api) => kind === 'rest-api' && api.name === name);
  if (restApi !== undefined) return playRestApi(restApi, host);
  throw new Error(`No template has the API ${name}.`);
}
