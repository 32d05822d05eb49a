import type { ChoiceState, Definition, FailState, Json, State } from './definition.ts';
import { WorkflowFailure, withinDataLimit } from './failure.ts';
import type { Journal, Position } from './journal.ts';
import type { Context, Language, Shape } from './language.ts';
import type { MapRuns } from './map-runs.ts';
import { catcherFor, nextRetry } from './retry.ts';
import type { Doer, Task, TaskFacts } from './tasks.ts';
import { waitUntil } from './waiting.ts';

/** A state at the moment when its work is to be done. */
export type Moment<S extends State = State> = {
  readonly sequence: Sequence;
  readonly state: S;
  readonly position: Position;
  readonly context: Context;
};

/** What a state does with its input after InputPath and Parameters. */
export type Work = (input: Json) => Promise<Json>;

/** What all sequences of one execution share. */
export type Run = Doer & {
  readonly language: Language;
  readonly journal: Journal;
  readonly task: (resource: string) => Promise<Task>;
  readonly services: TaskFacts;
  readonly mapRuns: MapRuns;
  readonly workOf: (moment: Moment) => Work;
  readonly random: () => number;
};

/** One sequence of states: the machine's, a branch's, an iteration's. */
export type Sequence = {
  readonly run: Run;
  readonly definition: Definition;
  /** See `Journal`. */
  readonly path: string;
  readonly context: Context;
};

type Outcome = { readonly next: string | null; readonly output: Json };

/**
 * Goes from state to state to the end and answers the last one's output; begins where the journal says that it has got
 * to. Rejects with a WorkflowFailure, or with the reason of the run's signal.
 */
export async function walk(sequence: Sequence, input: Json): Promise<Json> {
  const { run, definition, path } = sequence;
  const enter = (position: Position): Position => {
    run.journal.enter(path, position);
    return position;
  };
  const entering = (step: number, state: string, given: Json): Position =>
    enter({ step, state, input: given, enteredAtMs: Date.now(), retriesUsed: [], retryAtMs: null });

  let position = run.journal.position(path) ?? entering(0, definition.StartAt, input);
  for (;;) {
    const { next, output } = await playState(sequence, position, enter);
    run.signal.throwIfAborted();
    withinDataLimit(output, `The state/task '${position.state}' returned a result which`);
    if (next === null) return output;
    position = entering(position.step + 1, next, output);
  }
}

/** One state with all its attempts. */
async function playState(
  sequence: Sequence,
  first: Position,
  enter: (position: Position) => Position,
): Promise<Outcome> {
  const { run, definition } = sequence;
  const state = definition.States[first.state];
  if (state === undefined) throw new WorkflowFailure('States.Runtime', `There is no state '${first.state}'.`);
  for (let position = first; ; ) {
    try {
      if (position.retryAtMs !== null) await waitUntil(position.retryAtMs, run.signal);
      return await attempt(sequence, state, position);
    } catch (thrown) {
      run.signal.throwIfAborted();
      const failure = failureOf(thrown);
      const retry = nextRetry(
        'Retry' in state ? (state.Retry ?? []) : [],
        failure.error,
        position.retriesUsed,
        run.random,
      );
      if (retry === null) return caught(sequence, state, position, failure);
      position = enter({ ...position, retriesUsed: retry.used, retryAtMs: Date.now() + retry.delayMs });
    }
  }
}

async function attempt(sequence: Sequence, state: State, position: Position): Promise<Outcome> {
  const { run } = sequence;
  const context = contextOf(sequence.context, position);
  const { input } = position;
  if (state.Type === 'Choice') return choose(run.language, state, input, context);
  if (state.Type === 'Fail') throw await declaredFailure(run.language, state, input, context);
  const work = run.workOf({ sequence, state, position, context });
  const output = await run.language.play(shapeOf(state), input, context, work);
  return { next: 'Next' in state ? (state.Next ?? null) : null, output };
}

/** A map's Parameters are its ItemSelector by an older name: they are for its items. */
function shapeOf(state: Exclude<State, ChoiceState | FailState>): Shape {
  const { InputPath, OutputPath, Parameters, ResultSelector, ResultPath }: Shape = state;
  return {
    ...(InputPath !== undefined && { InputPath }),
    ...(Parameters !== undefined && state.Type !== 'Map' && { Parameters }),
    ...(ResultSelector !== undefined && { ResultSelector }),
    ...(ResultPath !== undefined && { ResultPath }),
    ...(OutputPath !== undefined && { OutputPath }),
  };
}

async function choose(language: Language, state: ChoiceState, input: Json, context: Context): Promise<Outcome> {
  const { InputPath, OutputPath } = state;
  const entered = InputPath === undefined ? input : await language.play({ InputPath }, input, context, same);
  const next = await language.choose(state, entered, context);
  if (OutputPath === undefined) return { next, output: entered };
  return { next, output: await language.play({ OutputPath }, entered, context, same) };
}

async function declaredFailure(language: Language, state: FailState, input: Json, context: Context): Promise<Error> {
  const { Error: error = '', Cause: cause = '', ErrorPath, CausePath } = state;
  const at = async (path: string | undefined, constant: string): Promise<string> => {
    const found = path === undefined ? constant : await language.read(path, input, context);
    return typeof found === 'string' ? found : JSON.stringify(found);
  };
  return new WorkflowFailure(await at(ErrorPath, error), await at(CausePath, cause));
}

/** Where a failed state's Catch leads. Throws the failure when nothing catches it. */
async function caught(
  sequence: Sequence,
  state: State,
  position: Position,
  failure: WorkflowFailure,
): Promise<Outcome> {
  const catcher = catcherFor('Catch' in state ? (state.Catch ?? []) : [], failure.error);
  if (catcher === undefined) throw failure;
  const { Next: next, ResultPath } = catcher;
  const shape = ResultPath === undefined ? {} : { ResultPath };
  const report = async (): Promise<Json> => ({ Error: failure.error, Cause: failure.reason });
  const context = contextOf(sequence.context, position);
  return { next, output: await sequence.run.language.play(shape, position.input, context, report) };
}

const contextOf = (context: Context, { state, enteredAtMs, retriesUsed }: Position): Context => ({
  ...context,
  State: {
    Name: state,
    EnteredTime: new Date(enteredAtMs).toISOString(),
    RetryCount: retriesUsed.reduce((sum, used) => sum + used, 0),
  },
});

/** Whatever else goes wrong is a mistake in the definition or of the laptop: no Retry mends it. */
const failureOf = (thrown: unknown): WorkflowFailure =>
  thrown instanceof WorkflowFailure ? thrown : new WorkflowFailure('States.Runtime', String(thrown));

const same = async (input: Json): Promise<Json> => input;
