import { batchFinishDeps } from '../../adapters/batch-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { ROUTES } from '../routes.ts';
import { batchFinishHandler } from './handler.ts';

export const handler = batchFinishHandler(
  batchFinishDeps(
    readEnv('batch-finish'),
    ROUTES.map(({ path }) => path),
  ),
);
