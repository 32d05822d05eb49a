import { batchPlanDeps } from '../../adapters/batch-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { ROUTES } from '../routes.ts';
import { batchPlanHandler } from './handler.ts';

export const handler = batchPlanHandler(
  batchPlanDeps(
    readEnv('batch-plan'),
    ROUTES.map(({ path }) => path),
  ),
);
