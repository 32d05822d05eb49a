import { attemptPath } from './branches.ts';
import { type ChildRecord, recordOf } from './child-record.ts';
import type { Json, MapState } from './definition.ts';
import { DATA_LIMIT_BYTES, WorkflowFailure } from './failure.ts';
import type { ChildResult } from './journal.ts';
import type { MapRun } from './map-runs.ts';
import type { ResultPlace } from './result-writer.ts';
import type { Moment } from './walk.ts';

/** What a distributed map answers: where its results have been written, or without a writer the results. */
export async function resultsOf(moment: Moment<MapState>, input: Json, mapRun: MapRun): Promise<Json> {
  const { state, sequence, context } = moment;
  const { run } = sequence;
  const children = (): AsyncIterable<ChildResult> => run.journal.children(attemptPath(moment));
  if (state.ResultWriter === undefined) return inOrder(children(), mapRun);
  const place = (await run.language.fill(state.ResultWriter.Parameters, input, context)) as ResultPlace;
  async function* records(succeeded: boolean): AsyncGenerator<ChildRecord> {
    for await (const child of children()) {
      if ((child.status === 'SUCCEEDED') === succeeded) yield recordOf(child, mapRun.machineArn);
    }
  }
  const { writeResults } = await import('./result-writer.ts');
  return writeResults(place, { mapRunArn: mapRun.arn, records }, run.services, run);
}

/** Outputs in the order of the items; of a child that failed, what AWS writes down of it. */
async function inOrder(children: AsyncIterable<ChildResult>, { machineArn }: MapRun): Promise<Json> {
  const results = new Map<number, Json>();
  let bytes = 0;
  for await (const child of children) {
    const result = child.status === 'SUCCEEDED' ? (child.output ?? null) : { ...recordOf(child, machineArn) };
    bytes += Buffer.byteLength(JSON.stringify(result)) + 1;
    if (bytes > DATA_LIMIT_BYTES) {
      throw new WorkflowFailure('States.DataLimitExceeded', 'The results of the map exceed what a state may answer.');
    }
    results.set(child.index, result);
  }
  return [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result);
}
