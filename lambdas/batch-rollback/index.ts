import { batchRollbackDeps } from '../../adapters/batch-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { ROUTES } from '../routes.ts';
import { batchRollbackHandler } from './handler.ts';

export const handler = batchRollbackHandler(
  batchRollbackDeps(
    readEnv('batch-rollback'),
    ROUTES.map(({ path }) => path),
  ),
);
