import { setTimeout as sleep } from 'node:timers/promises';
import type { LakeQueries, LakeQuery, LakeRow, QueryOutcome } from '../core/lake/lake-queries.ts';
import { type QueryPlace, type QueryState, queryState, rowsOfQuery, startQuery, stopQuery } from './query-execution.ts';

/** Small questions are answered within half a second, and each look costs a call. */
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

/** Athena as the lake's port. */
export const lakeQueries = (place: QueryPlace): LakeQueries => ({
  ask: (query, timeoutMs) => ask(place, query, Date.now() + timeoutMs),
});

async function ask(place: QueryPlace, query: LakeQuery, deadlineMs: number): Promise<QueryOutcome> {
  const started = await startQuery(place, query);
  if (started.kind !== 'started') return started;
  const { client } = place;
  const state = await settled(place, started.id, deadlineMs);
  if (state.kind === 'running') {
    await stopQuery(client, started.id);
    return { kind: 'too_slow', reason: 'The query took longer than its caller could wait, and was cancelled.' };
  }
  if (state.kind !== 'succeeded') return state;
  const rows: LakeRow[] = [];
  for await (const page of rowsOfQuery(client, started.id)) rows.push(...page);
  return { kind: 'rows', rows, scannedBytes: state.scannedBytes };
}

/** The state that a query ends in, or `running` where the deadline comes first. */
async function settled({ client }: QueryPlace, id: string, deadlineMs: number): Promise<QueryState> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const leftMs = deadlineMs - Date.now();
    await sleep(Math.max(0, Math.min(waitMs, leftMs)));
    const state = await queryState(client, id);
    if (state.kind !== 'running' || leftMs <= waitMs) return state;
  }
}
