import { linksDeps } from '../../adapters/deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { http } from '../http.ts';
import { functionLogger } from '../logger.ts';
import { ROUTES } from '../routes.ts';
import { linksHandler } from './handler.ts';

export const handler = http(
  functionLogger('links'),
  linksHandler(
    linksDeps(
      readEnv('links'),
      ROUTES.map(({ path }) => path),
    ),
  ),
);
