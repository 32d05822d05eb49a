import { batchesDeps } from '../../adapters/batches-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { ROUTES } from '../routes.ts';
import { batchesHandler } from './handler.ts';

const deps = batchesDeps(
  readEnv('batches'),
  ROUTES.map(({ path }) => path),
);

export const handler = http(functionLogger('batches'), batchesHandler(deps));
