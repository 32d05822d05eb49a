import { adminDeps } from '../../adapters/admin-deps.ts';
import { readEnv } from '../../adapters/env.ts';
import { adminHandler } from './handler.ts';

export const handler = adminHandler(adminDeps(readEnv('admin')));
