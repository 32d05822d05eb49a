import { readEnv } from '../../adapters/env.ts';
import { eraseRowsDeps } from '../../adapters/erase-rows-deps.ts';
import { eraseRowsHandler } from './handler.ts';

export const handler = eraseRowsHandler(eraseRowsDeps(readEnv('erase-rows')));
