import { setTimeout as sleep } from 'node:timers/promises';
import { fileLive } from '../core/clicks/file-live.ts';
import { awsJsonClient } from './aws-json.ts';
import { countStore } from './count-store.ts';
import { documentClient } from './dynamodb.ts';
import type { FunctionEnv } from './env.ts';
import { liveLog } from './live-log.ts';
import { watchStore } from './live-watches.ts';
import { shardMarks } from './shard-marks.ts';
import { visitorSketches } from './visitor-sketches.ts';

/** What counting stands on, built once per environment: store and sketches remember what they read and wrote. */
export function countsDeps(env: FunctionEnv<'clicks-to-counts'>) {
  const nowMs = Date.now;
  const client = documentClient();
  const dynamodb = awsJsonClient('dynamodb');
  return {
    store: countStore(dynamodb, env.COUNTS_TABLE, nowMs),
    sketches: visitorSketches(dynamodb, env.COUNTS_TABLE),
    marks: shardMarks(client, env.COUNTS_TABLE),
    live: fileLive({
      log: liveLog(client, env.LIVE_TABLE, nowMs),
      watches: watchStore(client, env.LIVE_TABLE),
      nowMs,
      random: Math.random,
      sleep,
    }),
    nowMs,
  };
}
