import { contextOf, type ExecutionFacts } from './context.ts';
import type { Definition, Json } from './definition.ts';
import { within } from './waiting.ts';
import { type Run, walk } from './walk.ts';

/** The whole time of an execution is over. */
export class ExecutionTimeout extends Error {
  override readonly name = 'ExecutionTimeout';
}

/**
 * Plays an execution to its end, from where its journal says it has got to. Rejects with a WorkflowFailure, an
 * ExecutionTimeout, or the reason of the run's signal.
 */
export function play(
  definition: Definition,
  facts: ExecutionFacts,
  run: Run,
  longestS = definition.TimeoutSeconds ?? null,
): Promise<Json> {
  // A restart takes nothing off the time that is left.
  const leftMs = longestS === null ? null : facts.startedAtMs + longestS * 1_000 - Date.now();
  return within(
    leftMs,
    run.signal,
    () => new ExecutionTimeout(),
    (signal) => walk({ run: { ...run, signal }, definition, path: '', context: contextOf(facts) }, facts.input),
  );
}
