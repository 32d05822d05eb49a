import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import type { ChoiceState, Definition, Json, State } from './definition.ts';
import { WorkflowFailure } from './failure.ts';

/** What `$$` shows. `Run` is AWS's `Execution`, see `prepared`. */
export type Context = Readonly<Record<string, Json>>;

/** How a state makes its output of its input and of what its work gives. */
export type Shape = {
  readonly InputPath?: string | null;
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string | null;
  readonly OutputPath?: string | null;
};

/** Paths, templates, intrinsic functions and rules, one state at a time: walking from state to state is ours. */
export type Language = {
  /** The state's output. `work` is handed the input after InputPath and Parameters. */
  play(shape: Shape, input: Json, context: Context, work: (input: Json) => Promise<Json>): Promise<Json>;
  /** A payload template with its paths and functions replaced. */
  fill(template: Json, input: Json, context: Context): Promise<Json>;
  /** What a path or an intrinsic function gives. */
  read(path: string, input: Json, context: Context): Promise<Json>;
  /** Where the first rule that holds leads. */
  choose(state: ChoiceState, input: Json, context: Context): Promise<string>;
};

/** The library ends a task after a minute if it is told nothing else; this is as long as a timer can be. */
const LONGEST_TASK_S = 2_147_483;

type Library = typeof import('aws-local-stepfunctions');

/** Loaded by the first execution, not by every start of the laptop. */
export async function loadLanguage(): Promise<Language> {
  const { StateMachine } = await import('aws-local-stepfunctions');
  return languageOf(StateMachine);
}

function languageOf(StateMachine: Library['StateMachine']): Language {
  async function run(
    definition: object,
    input: Json,
    context: Context,
    work: (input: Json) => Promise<Json>,
  ): Promise<Json> {
    const machine = new StateMachine(definition as StateMachineDefinition, { validationOptions: { noValidate: true } });
    const handler = work as (input: unknown) => Promise<never>;
    const running = machine.run(input as never, {
      context,
      overrides: { taskResourceLocalHandlers: { work: handler } },
    });
    try {
      return await running.result;
    } catch (error) {
      throw underlying(error);
    }
  }

  const play: Language['play'] = (shape, input, context, work) => {
    const state = { ...shape, Type: 'Task', Resource: 'work', TimeoutSeconds: LONGEST_TASK_S, End: true };
    return run({ StartAt: 'work', States: { work: state } }, input, context, work);
  };

  return {
    play,
    fill: (template, input, context) => play({ Parameters: { value: template } }, input, context, valueIn),
    read: (path, input, context) => play({ Parameters: { 'value.$': path } }, input, context, valueIn),
    async choose({ Choices, Default }, input, context) {
      const choice = {
        Type: 'Choice',
        Choices: Choices.map((rule) => ({ ...rule, Next: targetOf(rule.Next) })),
        ...(Default !== undefined && { Default: targetOf(Default) }),
      };
      const targets = [...Choices.map(({ Next }) => Next), ...(Default === undefined ? [] : [Default])];
      const ends = targets.map((next) => [targetOf(next), { Type: 'Pass', Result: next, End: true }]);
      const States = { choice, ...Object.fromEntries(ends) };
      return (await run({ StartAt: 'choice', States }, input, context, valueIn)) as string;
    },
  };
}

const targetOf = (next: string): string => `to ${next}`;

const valueIn = async (input: Json): Promise<Json> => (input as { readonly value: Json }).value;

/** What was thrown inside the library's own error; its own refusals become failures of their names. */
function underlying(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return error;
  return cause.name.startsWith('States.') ? new WorkflowFailure(cause.name, cause.message) : cause;
}

/**
 * The definition in words that the library reads as AWS does. It knows type tests (`IsPresent`) only when they are
 * true, takes the ResultPath `$` for a member of that name, and writes its own facts over `$$.Execution`.
 */
export const prepared = (definition: Definition): Definition => ({
  ...definition,
  States: Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => [name, rewritten(state) as State]),
  ),
});

/** Members whose own members are data with paths in it, named as anybody likes. */
const TEMPLATES = new Set(['Parameters', 'ItemSelector', 'ResultSelector', 'BatchInput']);

function rewritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== 'object' || value === null) return value;
  if ('States' in value) return prepared(value as Definition);
  const members = Object.entries(value)
    .filter(([name, member]) => !(name === 'ResultPath' && member === '$'))
    .map(([name, member]) => {
      if (name === 'Result') return [name, member];
      if (TEMPLATES.has(name)) return [name, withContext(member)];
      return [name, isPath(name) && typeof member === 'string' ? inContext(member) : rewritten(member)];
    });
  return negated(Object.fromEntries(members) as Record<string, unknown>);
}

const isPath = (name: string): boolean => name.endsWith('Path') || name === 'Variable';

function withContext(template: unknown): unknown {
  if (Array.isArray(template)) return template.map(withContext);
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, member]: [string, unknown]) => [
      name,
      name.endsWith('.$') && typeof member === 'string' ? inContext(member) : withContext(member),
    ]),
  );
}

const inContext = (expression: string): string => expression.replaceAll(/\$\$\.Execution\b/g, '$$$$.Run');

function negated(rule: Record<string, unknown>): unknown {
  const test = 'Variable' in rule ? Object.keys(rule).find((name) => /^Is[A-Z]/.test(name)) : undefined;
  if (test === undefined || rule[test] !== false) return rule;
  const { Next, ...rest } = rule;
  return { Not: { ...rest, [test]: true }, ...(Next !== undefined && { Next }) };
}
