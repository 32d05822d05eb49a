import { countStore } from './count-store.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { shardMarks } from './shard-marks.ts';
import { visitorSketches } from './visitor-sketches.ts';

/** What counting stands on, built once per environment: the sketches remember what they wrote. */
export function countsDeps(env: FunctionEnv<'clicks-to-counts'>) {
  const client = documentClient();
  return {
    store: countStore(client, env.COUNTS_TABLE, Date.now),
    sketches: visitorSketches(client, env.COUNTS_TABLE),
    marks: shardMarks(client, env.COUNTS_TABLE),
    live: { file: async () => {} },
    nowMs: Date.now,
  };
}
