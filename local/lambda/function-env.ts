import { REGION } from '../cloud/account.ts';
import type { FunctionPlan } from '../cloud/functions.ts';

/** Where the engines listen: service name of `AWS_ENDPOINT_URL_<SERVICE>` → URL, and Valkey's own. */
export type Endpoints = { readonly aws: Readonly<Record<string, string>>; readonly valkey: string };

/** The access key id that stands for a role; engines find the caller's role by it. */
export const accessKeyIdOfRole = (roleName: string): string => roleName;

/** Every role's secret: it keeps nobody out, signatures are checked against it all the same. */
export const SECRET_ACCESS_KEY = 'laptop';

/** What Lambda itself puts into every function's environment, with endpoints that lead to the engines. */
export const lambdaEnvOf = (plan: FunctionPlan, { aws, valkey }: Endpoints): Readonly<Record<string, string>> => ({
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_LAMBDA_FUNCTION_NAME: plan.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(plan.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_ACCESS_KEY_ID: accessKeyIdOfRole(plan.roleName),
  AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
  AWS_SESSION_TOKEN: 'laptop',
  _HANDLER: plan.handler,
  LAMBDA_TASK_ROOT: plan.assetDir,
  TZ: ':UTC',
  ...Object.fromEntries(Object.entries(aws).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url])),
  VALKEY_ENDPOINT_URL: valkey,
});
