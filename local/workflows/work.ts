import { iterate, playBranches } from './branches.ts';
import { isDistributed, type Json, type MapState, type TaskState, type WaitState } from './definition.ts';
import { WorkflowFailure } from './failure.ts';
import { waitUntil, within } from './waiting.ts';
import type { Moment, Work } from './walk.ts';

/** What a state does between its input and its output. */
export function workOf(moment: Moment): Work {
  const { state } = moment;
  switch (state.Type) {
    case 'Task':
      return (input) => doTask({ ...moment, state }, input);
    case 'Wait':
      return (input) => wait({ ...moment, state }, input);
    case 'Parallel':
      return (input) => playBranches({ ...moment, state }, input);
    case 'Map':
      return (input) => map({ ...moment, state }, input);
    case 'Pass':
      return async (input) => (state.Result === undefined ? input : state.Result);
    case 'Succeed':
    case 'Choice':
    case 'Fail':
      return async (input) => input;
  }
}

async function doTask({ sequence, state, context, position }: Moment<TaskState>, input: Json): Promise<Json> {
  const { run } = sequence;
  const { Resource, TimeoutSeconds, TimeoutSecondsPath: path } = state;
  const task = await run.task(Resource);
  const limitS = path === undefined ? TimeoutSeconds : Number(await run.language.read(path, position.input, context));
  const late = (): Error => new WorkflowFailure('States.Timeout', '');
  return within(limitS === undefined ? null : limitS * 1_000, run.signal, late, (signal) =>
    task(input, { accessKeyId: run.accessKeyId, signal }),
  );
}

/** Counted from when the state was entered, so a restart in between makes it no longer. */
async function wait({ sequence, state, position, context }: Moment<WaitState>, input: Json): Promise<Json> {
  const { language, signal } = sequence.run;
  const { Seconds, SecondsPath, Timestamp, TimestampPath } = state;
  const seconds = SecondsPath === undefined ? Seconds : await language.read(SecondsPath, input, context);
  const timestamp = TimestampPath === undefined ? Timestamp : await language.read(TimestampPath, input, context);
  const untilMs =
    typeof timestamp === 'string' ? Date.parse(timestamp) : position.enteredAtMs + Number(seconds) * 1_000;
  if (Number.isNaN(untilMs)) throw new WorkflowFailure('States.Runtime', 'A Wait state needs seconds or a timestamp.');
  await waitUntil(untilMs, signal);
  return input;
}

async function map(moment: Moment<MapState>, input: Json): Promise<Json> {
  if (!isDistributed(moment.state)) return iterate(moment, input);
  const { distribute } = await import('./distributed-map.ts');
  return distribute(moment, input);
}
