import { readEnv } from '../../adapters/env.ts';
import { rotationDeps } from '../../adapters/rotation-deps.ts';
import { rotateKeysHandler } from './handler.ts';

export const handler = rotateKeysHandler(rotationDeps(readEnv('rotate-keys')));
