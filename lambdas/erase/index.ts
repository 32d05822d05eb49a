import { readEnv } from '../../adapters/env.ts';
import { eraseDeps } from '../../adapters/erase-deps.ts';
import { eraseHandler } from './handler.ts';

export const handler = eraseHandler(eraseDeps(readEnv('erase')));
