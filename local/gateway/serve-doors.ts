import { readerOfBuckets } from '../cloud/bucket-readers.ts';
import type { ApiKind, OriginPlan } from '../cloud/distributions.ts';
import type { Plan } from '../cloud/plan.ts';
import { accessKeyIdOfRole } from '../lambda/function-env.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { playBucket } from './bucket-origin.ts';
import type { Door } from './door.ts';
import { type Origin, playDistribution } from './edge.ts';
import { playHttpApi } from './http-api.ts';
import { playRestApi } from './rest-api.ts';

/** What answers behind the doors. */
export type Behind = {
  readonly plan: Plan;
  readonly host: Pick<LambdaHost, 'invoke' | 'stream'>;
  readonly s3Url: string;
};

/** Opens each door for the distribution whose default behavior leads to an API of that kind. */
export function serveDoors(behind: Behind, doors: Readonly<Record<ApiKind, Door>>): void {
  for (const distribution of behind.plan.distributions) {
    const kind = distribution.behaviors.at(-1)?.origin.from.kind;
    if (kind === undefined || kind === 'bucket') continue;
    const door = doors[kind];
    const reader = accessKeyIdOfRole(readerOfBuckets(distribution.name));
    door.serve(playDistribution(distribution, door.domain, ({ from }) => originOf(from, reader, behind)));
  }
}

function originOf({ kind, name }: OriginPlan['from'], reader: string, { plan, host, s3Url }: Behind): Origin {
  const timeoutMs = (functionName: string): number =>
    (plan.functions.find((fn) => fn.name === functionName)?.timeoutS ?? 0) * 1000;
  if (kind === 'bucket') return playBucket(name, reader, s3Url);
  const httpApi = plan.httpApis.find((api) => kind === 'http-api' && api.name === name);
  if (httpApi !== undefined) return playHttpApi(httpApi, host, timeoutMs);
  const restApi = plan.restApis.find((api) => kind === 'rest-api' && api.name === name);
  if (restApi !== undefined) return playRestApi(restApi, host);
  throw new Error(`No template has the API ${name}.`);
}
