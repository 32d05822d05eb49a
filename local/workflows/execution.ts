import type { Definition, Json } from './definition.ts';
import type { Journal } from './journal.ts';
import type { Language } from './language.ts';
import type { Doer, Task } from './tasks.ts';
import { within } from './waiting.ts';
import { walk } from './walk.ts';
import { workOf } from './work.ts';

/** What an execution is to itself and to the world. */
export type ExecutionFacts = {
  readonly arn: string;
  readonly name: string;
  readonly input: Json;
  readonly startedAtMs: number;
  readonly machine: { readonly name: string; readonly arn: string; readonly roleArn: string };
};

export type ExecutionParts = Doer & {
  readonly definition: Definition;
  readonly journal: Journal;
  readonly language: Language;
  readonly task: (resource: string) => Promise<Task>;
};

/** TimeoutSeconds of the whole machine is over. */
export class ExecutionTimeout extends Error {
  override readonly name = 'ExecutionTimeout';
}

/**
 * Plays an execution to its end, from where its journal says it has got to. Rejects with a WorkflowFailure, an
 * ExecutionTimeout, or the reason of the signal.
 */
export function play(facts: ExecutionFacts, parts: ExecutionParts): Promise<Json> {
  const { definition, signal } = parts;
  const { TimeoutSeconds } = definition;
  // A restart takes nothing off the time that is left.
  const leftMs = TimeoutSeconds === undefined ? null : facts.startedAtMs + TimeoutSeconds * 1_000 - Date.now();
  return within(
    leftMs,
    signal,
    () => new ExecutionTimeout(),
    (limited) =>
      walk(
        {
          run: { ...parts, signal: limited, workOf, random: Math.random },
          definition,
          path: '',
          context: contextOf(facts),
        },
        facts.input,
      ),
  );
}

const contextOf = ({ arn, name, input, startedAtMs, machine }: ExecutionFacts) => ({
  Run: {
    Id: arn,
    Input: input,
    Name: name,
    RoleArn: machine.roleArn,
    StartTime: new Date(startedAtMs).toISOString(),
    RedriveCount: 0,
  },
  StateMachine: { Id: machine.arn, Name: machine.name },
});
