import { batchRowsDeps } from '../../adapters/batch-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { ROUTES } from '../routes.ts';
import { batchRowsHandler } from './handler.ts';

export const handler = batchRowsHandler(
  batchRowsDeps(
    readEnv('batch-rows'),
    ROUTES.map(({ path }) => path),
  ),
);
