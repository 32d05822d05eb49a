import { cacheSyncDeps } from '../../adapters/cache-sync-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { cacheSyncHandler } from './handler.ts';

export const handler = cacheSyncHandler(await cacheSyncDeps(readEnv('cache-sync')));
