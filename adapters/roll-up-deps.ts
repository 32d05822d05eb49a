import type { RollUpDeps } from '../core/lake/roll-up.ts';
import { athenaClient } from './athena.ts';
import type { FunctionEnv } from './env.ts';
import { lakeQueries } from './lake-queries.ts';
import { rollUpFiles } from './roll-up-files.ts';
import { s3Client } from './s3.ts';

export const rollUpDeps = (env: FunctionEnv<'roll-up'>): RollUpDeps => ({
  lake: lakeQueries({ client: athenaClient(), workgroup: env.QUERY_WORKGROUP, database: env.LAKE_DATABASE }),
  files: rollUpFiles(s3Client(), env.LAKE_BUCKET),
  nowMs: Date.now,
});
