import type { EraseRowsDeps } from '../core/lake/erase-rows.ts';
import { athenaClient } from './athena.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { lakeQueries } from './lake-queries.ts';
import { rowErasures } from './row-erasures.ts';
import { rowFiles } from './row-files.ts';
import { s3Client } from './s3.ts';

export const eraseRowsDeps = (env: FunctionEnv<'erase-rows'>): EraseRowsDeps => ({
  lake: lakeQueries({ client: athenaClient(), workgroup: env.QUERY_WORKGROUP, database: env.LAKE_DATABASE }),
  files: rowFiles(s3Client(), env.LAKE_BUCKET),
  erasures: rowErasures(documentClient(), env.JOBS_TABLE),
  keptDays: Number(env.LAKE_KEPT_DAYS),
  nowMs: Date.now,
});
