import { readEnv } from '../../adapters/env.ts';
import { rollUpDeps } from '../../adapters/roll-up-deps.ts';
import { rollUpHandler } from './handler.ts';

export const handler = rollUpHandler(rollUpDeps(readEnv('roll-up')));
